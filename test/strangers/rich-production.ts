import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixedClock } from '../../src/testing/index.js';
import { ProductionStateManager } from '../../src/index.js';
import { run } from '../support/cli.js';

export const crew = fileURLToPath(new URL('../support/slow-crew.mjs', import.meta.url));

/** A production that has a file of every kind that one may have; gives an episode that a command began, one that a program did, and one of the archive. */
export async function richProduction(
  directory: string,
): Promise<{ produced: string; kept: string; archived: string }> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'policy.json'), JSON.stringify({ dailyCap: '4000.00' }));
  const clock = fixedClock();
  const manager = await ProductionStateManager.open({ directory, clock, segmentBytes: 200_000 });
  // So many have ended that the oldest have moved to the archive of their month.
  const ended: string[] = [];
  for (let n = 10; n < 320; n += 1) {
    const sessionId = await manager.createEpisodeSession({ episodeNum: n, topic: `Episode ${n}` });
    await manager.cancelEpisode({ sessionId, reason: 'enough' });
    await manager.archiveFailedEpisode(sessionId);
    ended.push(sessionId);
    clock.advance(1000);
  }
  // Their folders hold nothing that the archive does not say, and a doctor looks into each.
  await manager.production.show();
  for (const name of readdirSync(directory))
    if (name.startsWith('ep_')) rmSync(join(directory, name), { recursive: true });
  const kept = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.updatePhase({ sessionId: kept, phase: 'research', status: 'active' });
  writeFileSync(join(directory, kept, 'research', 'notes.md'), '# Notes\n');
  await manager.reserveCost({
    sessionId: kept,
    phase: 'research',
    operation: 'ask',
    key: 'a',
    maxCost: '0.10',
  });
  await manager.settleCost({ sessionId: kept, key: 'a', cost: '0.05', result: 'z'.repeat(80_000) });
  const data = { text: 'bees', more: 'y'.repeat(80_000) };
  await manager.createCheckpoint({ sessionId: kept, checkpointName: 'big', data });
  await manager.createCheckpoint({ sessionId: kept, checkpointName: 'small', data: { text: 'bees' } });
  await manager.updatePhase({ sessionId: kept, phase: 'research', status: 'complete', data });
  await manager.close();
  await run(directory, 'produce', '--topic', 'Why wasps do not', '--crew', crew);
  await run(directory, 'compact');
  const produced = (await run(directory, 'list', '--all', '--json')).json()['episodes'] as {
    session_id: string;
    topic: string;
  }[];
  const id = produced.find(({ topic }) => topic.includes('wasps'))?.session_id ?? '';
  await run(directory, 'webhook', 'add', 'https://receiver.example/hook');
  const hooks = JSON.parse((await run(directory, 'webhook', 'list', '--json')).stdout) as object;
  const [hook = ''] = /hook_[0-9a-f]{6}/.exec(JSON.stringify(hooks)) ?? [];
  writeFileSync(join(directory, `.webhook-${hook}.json`), '{}');
  writeFileSync(join(directory, 'hooks.json'), '{}');
  mkdirSync(join(directory, '.hooks'));
  writeFileSync(join(directory, '.hooks', 'session-1.json'), '{}');
  writeFileSync(join(directory, id, '.traceparent'), `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\n`);
  return { produced: id, kept, archived: ended[0] ?? '' };
}
