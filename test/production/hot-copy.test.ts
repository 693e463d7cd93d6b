import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given a production at work, when its journal is copied first, and after more was written everything else but state.json, then the copy opens, and has all that the journal speaks of', async () => {
  const directory = temporaryDirectory();
  const copy = join(temporaryDirectory(), 'copy');
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Copied' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  mkdirSync(join(directory, sessionId, 'research'), { recursive: true });
  writeFileSync(join(directory, sessionId, 'research', 'sound.wav'), Buffer.alloc(3_000_000, 7));
  await manager.createCheckpoint({ sessionId, checkpointName: 'large', data: 'x'.repeat(200_000) });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { facts: 3 } });
  cpSync(join(directory, 'journal'), join(copy, 'journal'), { recursive: true });
  await manager.createCheckpoint({ sessionId, checkpointName: 'later', data: 'y'.repeat(200_000) });
  await manager.production.show();
  const left = [join(directory, 'journal'), join(directory, 'state.json')];
  cpSync(directory, copy, {
    recursive: true,
    filter: (path) => !left.some((each) => path.startsWith(each)),
  });
  const opened = await openProduction(copy);
  expect(await opened.verify()).toMatchObject({ ok: true, problems: [] });
  expect((await opened.loadCheckpoint(sessionId, 'large')).data).toBe('x'.repeat(200_000));
  await opened.updatePhase({ sessionId, phase: 'script', status: 'active' });
  expect((await opened.getEpisodeState(sessionId)).phases.script.status).toBe('active');
});
