import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defineCrew } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** An episode with artifacts written at once and in pieces, large results and checkpoints, an edit, a fork and an archived one. */
async function worked(directory: string): Promise<void> {
  const manager = await openProduction(directory, { policy: { approvals: ['script'] } });
  const crew = defineCrew({
    async research({ operation, artifact, writeArtifact }) {
      const large = { result: 'x'.repeat(80_000), cost: '0.01' };
      await operation('ask', { key: 'q', maxCost: '0.10' }, async () => large);
      await writeArtifact('notes/one.md', 'one');
      const file = await artifact('notes/two.md');
      await file.write('two');
      await file.finish();
      return large;
    },
    script: ({ writeArtifact }) => writeArtifact('script.md', 'said'),
    audio: async () => null,
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Umask' });
  await manager.produce(sessionId, crew);
  await manager.editArtifact({
    sessionId,
    path: 'script/script.md',
    content: 'said well',
    by: 'Ada',
    reason: 'x',
  });
  await manager.forkEpisode({ sessionId, checkpointName: 'research_complete', data: 'y'.repeat(80_000) });
  await manager.approve({ sessionId, by: 'Ada' });
  await manager.produce(sessionId, crew);
  await manager.archiveEpisode(sessionId);
  await manager.close();
}

test.each([[0o002], [0o027], [0o077]])(
  'given a umask of %o, when an episode is made, edited, forked and archived, then every folder and file has what that leaves, and nothing is private but for it',
  async (mask) => {
    const before = process.umask(mask);
    onTestFinished(() => void process.umask(before));
    const directory = join(temporaryDirectory(), 'production');
    await worked(directory);
    const all = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const odd = ['', ...all].filter((name) => {
      const info = lstatSync(join(directory, name));
      return (info.mode & 0o777) !== ((info.isDirectory() ? 0o777 : 0o666) & ~mask);
    });
    expect(odd).toEqual([]);
    expect(all.length).toBeGreaterThan(15);
  },
);
