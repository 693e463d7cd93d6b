import { expect, onTestFinished, test } from 'vitest';
import { meteredFetch, type FetchMeterOptions } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, type PhaseContext } from '../../../src/index.js';
import { startModelServer, type Reply } from '../../support/model-server.js';
import { temporaryDirectory } from '../../support/temporary.js';

const statedCost: FetchMeterOptions['cost'] = ({ json }) => (json() as { cost: number }).cost;

/** An episode whose research posts a question to a provider that answers so. */
async function ask(
  replies: readonly Reply[],
  work?: (fetch: ReturnType<typeof meteredFetch>, url: string) => Promise<unknown>,
) {
  const server = await startModelServer(({ number }) => replies[number] ?? 'cut');
  const twice = { attempts: 2, baseMs: 0, maxMs: 0 };
  const retry = { rate_limited: twice, invalid_output: twice };
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory(), policy: { retry } });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const url = `${server.url}/ask?user=planted-4711`;
  let said: unknown;
  const once = async (paid: ReturnType<typeof meteredFetch>): Promise<unknown> =>
    (await paid(url, { method: 'POST', body: '{"q":"bees"}' })).json();
  const produced = await manager.produce(sessionId, {
    name: 'own',
    research: async ({ operation }: PhaseContext) => {
      const options = { operation, maxCost: '0.10', cost: statedCost, idempotencyHeader: 'idempotency-key' };
      said = await (work ?? once)(meteredFetch(options), url);
      return null;
    },
    script: () => Promise.resolve(null),
    audio: () => Promise.resolve(null),
  });
  const history = JSON.stringify(await manager.history(sessionId));
  return { produced, said, requests: server.requests, history };
}

test('given a provider that states its cost, then a request is paid once, asked twice or not, and its key goes along', async () => {
  const { produced, said, requests, history } = await ask(
    [{ body: { text: 'yes', cost: 0.0123455 } }],
    async (paid, url) => {
      const init = { method: 'POST', body: '{"q":"bees"}' };
      return [await (await paid(url, init)).json(), await (await paid(new URL(url), init)).json()];
    },
  );
  expect(said).toEqual([
    { text: 'yes', cost: 0.0123455 },
    { text: 'yes', cost: 0.0123455 },
  ]);
  expect([produced.state.total_cost, requests.length]).toEqual([0.012346, 1]);
  expect(requests[0]?.headers['idempotency-key']).toMatch(/^ep_001_.*:http_call-[0-9a-f]{32}$/);
  expect(history).toContain('bees');
  expect(history).not.toContain('planted-4711');
});

test.each([
  ['no cost', { text: 'yes' }],
  ['a cost that is none', { cost: 'a lot' }],
])('given an answer with %s, then the whole reservation counts', async (_, body) => {
  const { produced } = await ask([{ body }]);
  expect(produced.state.total_cost).toBe(0.1);
});

test('given a page in the place of an answer, then it counts with its reservation, and is not given again for ever', async () => {
  const page: Reply = { text: '<html>Please sign in</html>' };
  const { produced, said, requests } = await ask([page, { body: { text: 'yes', cost: 0.01 } }]);
  expect([produced.outcome, produced.state.total_cost, requests.length]).toEqual(['complete', 0.11, 2]);
  expect(said).toEqual({ text: 'yes', cost: 0.01 });
});

test('given a refusal with a status, then nothing is billed, and policy says how often it is tried again', async () => {
  const { produced, requests } = await ask([{ body: {}, status: 429 }, { body: { cost: 0.01 } }]);
  expect([produced.outcome, produced.state.total_cost, requests.length]).toEqual(['complete', 0.01, 2]);
});

test('given a refusal whose words are cut off, then it is a refusal all the same, and nothing is held', async () => {
  const { produced, requests } = await ask(['half a refusal', { body: { cost: 0.01 } }]);
  expect([produced.outcome, produced.state.total_cost, requests.length]).toEqual(['complete', 0.01, 2]);
});

test('given a redirect, then no key goes to the other address, and nobody asks there', async () => {
  const other = await startModelServer(() => ({ body: { cost: 0.01 } }));
  const headers = { location: `${other.url}/ask` };
  const { produced, requests, history } = await ask([{ body: {}, status: 307, headers }], async (paid, url) =>
    paid(url, { method: 'POST', body: '{}', headers: { 'x-api-key': 'planted-0815' } }),
  );
  expect([requests.length, other.requests.length]).toEqual([1, 0]);
  expect([history.includes('"operation.held"'), produced.state.total_cost]).toEqual([true, 0]);
});

test('given a lost connection, then the call is held', async () => {
  const { produced, requests, history } = await ask(['cut']);
  expect([produced.state.total_cost, requests.length]).toEqual([0, 1]);
  expect(history).toContain('"operation.held"');
});
