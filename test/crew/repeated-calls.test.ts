import { expect, test } from 'vitest';
import { defineCrew } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const failure = (fields: object): Error => Object.assign(new Error('the call failed'), fields);
const dropped = failure({ code: 'ECONNRESET' });

test.each<[string, Error]>([
  ['is not sent', failure({ code: 'ECONNREFUSED' })],
  ['is refused', failure({ status: 401 })],
  ['is put off', failure({ status: 429 })],
])(
  'given a call whose outcome is unknown is made again by its rule, when that one %s, then the first one stays held and is not free',
  async (_name, second) => {
    const manager = await openProduction(temporaryDirectory(), {
      policy: {
        retry: {
          provider_unavailable: { attempts: 2, baseMs: 0, maxMs: 0 },
          rate_limited: { attempts: 2, baseMs: 0, maxMs: 0 },
        },
      },
    });
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const calls: Error[] = [];
    const crew = defineCrew({
      research: ({ operation }) =>
        operation('ask', { key: 'q', maxCost: '0.10', reconcile: 'retry' }, () => {
          const error = calls.length === 0 ? dropped : second;
          calls.push(error);
          throw error;
        }),
      script: async () => null,
      audio: async () => null,
    });
    const { outcome } = await manager.produce(id, crew);
    expect(outcome).not.toBe('complete');
    expect(calls.slice(0, 2)).toEqual([dropped, second]);
    const { operations } = (await manager.getSnapshot(id)).context;
    expect(operations).toMatchObject({ q: { state: 'held', amount: 100_000 } });
  },
);

test('given a look-up finds an answer that is of no use, and says what it has cost, then that is settled, and the call is made anew as often as policy allows', async () => {
  const manager = await openProduction(temporaryDirectory(), {
    policy: {
      retry: {
        provider_unavailable: { attempts: 3, baseMs: 0, maxMs: 0 },
        invalid_output: { attempts: 2, baseMs: 0, maxMs: 0 },
      },
    },
  });
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const attempts: number[] = [];
  const found = failure({ code: 'invalid_output', cost: 0.03 });
  const reconcile = () => Promise.reject(found);
  const crew = defineCrew({
    research: ({ operation }) =>
      operation('ask', { key: 'q', maxCost: '0.10', reconcile }, ({ attempt }) => {
        attempts.push(attempt);
        return attempts.length === 1 ? Promise.reject(dropped) : Promise.resolve({ result: 1, cost: 0.02 });
      }),
    script: async () => null,
    audio: async () => null,
  });
  expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'complete', state: { total_cost: 0.05 } });
  expect(attempts).toEqual([1, 2]);
});
