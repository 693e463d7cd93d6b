import { appendFileSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineCrew, type ProductionStateManager } from '../../src/index.js';
import { showFast, standingFast } from '../../src/cli/from-documents.js';
import { readNotes, writeNotes } from '../../src/agents/hooks/session-notes.js';
import { statusLine } from '../../src/agents/status-line.js';
import { statusLineText } from '../../src/agents/status-line-text.js';
import { showText } from '../../src/cli/show-text.js';
import { showWhole } from '../../src/cli/show-whole.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const emptyNotes = readNotes('/none', 'none');

type Make = (manager: ProductionStateManager, sessionId: string) => Promise<unknown>;

const start: Make = (manager, sessionId) =>
  manager.updatePhase({ sessionId, phase: 'research', status: 'active' });

const nothing = () => Promise.resolve(null);

const ways: [what: string, make: Make][] = [
  ['nothing has been done for', () => Promise.resolve()],
  ['research has begun of', start],
  [
    'money comes to its end in',
    async (manager, sessionId) => {
      await start(manager, sessionId);
      await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '1.90' });
      await manager.recordQuality({ sessionId, name: 'research_depth', value: 0.5 });
      await manager.createCheckpoint({ sessionId, checkpointName: 'half', data: { n: 1 } });
    },
  ],
  [
    'a person is waited for by',
    async (manager, sessionId) => {
      await start(manager, sessionId);
      await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
      await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
      await manager.updatePhase({ sessionId, phase: 'script', status: 'complete' });
    },
  ],
  [
    'a phase has failed of',
    async (manager, sessionId) => {
      await start(manager, sessionId);
      await manager.markPhaseFailed({
        sessionId,
        phase: 'research',
        error: 'the provider \u001b[2J is down',
      });
    },
  ],
  [
    'somebody has paused',
    async (manager, sessionId) => {
      await start(manager, sessionId);
      await manager.pause({ sessionId, by: 'ann', reason: 'a *strange* price' });
    },
  ],
  [
    'nobody goes on with',
    async (manager, sessionId) => {
      const options = { voice: 'Sam' };
      await manager.produce(
        sessionId,
        defineCrew({ research: () => Promise.reject(new Error('down')), script: nothing, audio: nothing }),
        { crewOptions: options },
      );
    },
  ],
  [
    'a time is set to',
    (manager, sessionId) =>
      manager.scheduleEpisode({
        sessionId,
        startAt: '2099-01-01T00:00:00Z',
        dueBy: '2099-02-01T00:00:00Z',
        by: 'ann',
      }),
  ],
];

async function shownBy(directory: string, manager: ProductionStateManager, name: string) {
  await manager.production.show();
  const known = showFast(directory, name);
  const { text } = await showWhole(manager, directory, name);
  return { fast: known && showText(known, {}, []), text };
}

test.each(ways)(
  'given %s an episode, when it is shown from its documents, then it reads as the engine tells it',
  async (_what, make) => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { policy: { approvals: ['script'] } });
    const id = await manager.createEpisodeSession({ episodeNum: 7, topic: 'Why bees dance' });
    await manager.createEpisodeSession({ episodeNum: 8, topic: 'Another' });
    await make(manager, id);
    for (const known of [id, 'ep_009_20250903_143022', undefined]) {
      await manager.production.show();
      const standing = standingFast(directory, known);
      const notes = { ...emptyNotes, ...(known === undefined ? {} : { episode: known }) };
      writeNotes(directory, 'a session', notes);
      expect(standing && statusLineText(standing.episode, standing.day)).toBe(
        await statusLine(manager, directory, 'a session'),
      );
    }
    rmSync(join(directory, '.hooks'), { recursive: true });
    await manager.production.show();
    for (const name of [id, '7', 'ep_007']) {
      const { fast, text } = await shownBy(directory, manager, name);
      expect(fast).toBe(text);
    }
  },
);

test('given documents that do not say all of it, when an episode is shown from them, then the engine is asked', async () => {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const id = await manager.createEpisodeSession({ episodeNum: 7, topic: 'Why bees dance' });
  await manager.production.show();
  expect(showFast(directory, '7')).toBeDefined();
  expect(showFast(directory, '8'), 'nobody has that number').toBeUndefined();
  expect(showFast(directory, 'bees'), 'that is no name').toBeUndefined();

  const altered = temporaryDirectory();
  const change = (what: (folder: string) => void) => {
    rmSync(altered, { recursive: true, force: true });
    cpSync(directory, altered, { recursive: true });
    expect(showFast(altered, '7')).toBeDefined();
    what(altered);
    return showFast(altered, '7');
  };
  const edit = (path: string, from: string, to: string) =>
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
  expect(change((folder) => edit(join(folder, id, 'session.json'), 'bees', 'wasps'))).toBeUndefined();
  expect(change((folder) => rmSync(join(folder, id, 'session.json')))).toBeUndefined();
  expect(change((folder) => edit(join(folder, 'state.json'), 'bees', 'wasps'))).toBeUndefined();
  expect(
    change((folder) => {
      const [segment = ''] = readdirSync(join(folder, 'journal'));
      appendFileSync(join(folder, 'journal', segment), 'more\n');
    }),
    'the journal has gone on',
  ).toBeUndefined();

  await manager.createEpisodeSession({ episodeNum: 7, topic: 'Again' });
  await manager.production.show();
  expect(showFast(directory, '7'), 'two have that number').toBeUndefined();
  expect(showFast(directory, id)).toBeDefined();
});
