import { expect, onTestFinished, test } from 'vitest';
import { answerNotes } from '../../../src/crew/studio/answer-notes.js';
import { defineCrew, ProductionStateManager, type PhaseContext } from '../../../src/index.js';
import { temporaryDirectory } from '../../support/temporary.js';

test('given an id that was written down, then it is that of the call under this reservation, and of no other one under the key', async () => {
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory() });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const found: [string, string | undefined][] = [];
  let isLost = true;
  const research = async (context: PhaseContext): Promise<null> => {
    const notes = answerNotes(context, 'answers');
    const answered = await context.operation<string>(
      'query',
      {
        key: 'q1',
        maxCost: '0.10',
        reconcile: async (call) => {
          found.push(['of the held call', await notes.read('a', call)]);
          return 'ask';
        },
      },
      async (call) => {
        // Whoever dies now has not written anything of this call down.
        found.push(['of a new call', await notes.read('a', call)]);
        await notes.write('a', call, 'resp_1');
        if (isLost) throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
        return { result: 'done', cost: '0.01' };
      },
    );
    expect(answered).toBe('done');
    return null;
  };
  const nothing = (): Promise<null> => Promise.resolve(null);
  const crew = defineCrew({ research, script: nothing, audio: nothing });
  const produce = async () => {
    await manager.resume({ sessionId }).catch(() => undefined);
    return manager.produce(sessionId, crew);
  };
  await produce();
  await produce();
  await manager.releaseCost({ sessionId, key: 'q1' });
  isLost = false;
  expect(await produce()).toMatchObject({ outcome: 'complete' });
  expect(found).toContainEqual(['of the held call', 'resp_1']);
  expect(found.filter(([when]) => when === 'of a new call')).toEqual([
    ['of a new call', undefined],
    ['of a new call', undefined],
  ]);
});

test.each(['', '{"id":"resp_', '[]'])(
  'given a note that somebody has cut or changed (%s), then it is none, and a person is asked for the call',
  async (text) => {
    const manager = await ProductionStateManager.open({ directory: temporaryDirectory() });
    onTestFinished(() => manager.close());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const found: unknown[] = [];
    const research = async (context: PhaseContext): Promise<null> => {
      await context.writeArtifact('answers/a-1.json', text);
      const call = { reservedAt: '2026-11-30T00:00:00.000Z' };
      found.push(await answerNotes(context, 'answers').read('a', call));
      return null;
    };
    const nothing = (): Promise<null> => Promise.resolve(null);
    await manager.produce(sessionId, defineCrew({ research, script: nothing, audio: nothing }));
    expect(found).toEqual([undefined]);
  },
);
