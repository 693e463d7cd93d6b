import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineCrew, systemClock } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const crew = defineCrew({
  research: async () => null,
  script: ({ writeArtifact }) => writeArtifact('script.md', 'said'),
  audio: async () => null,
});

test('given the journal has been moved away by the time an edit is about to be written, as a redaction does before it shows the new one, then the file stays as it was', async () => {
  const directory = join(temporaryDirectory(), 'production');
  let atTheTime = (): void => {};
  const clock = {
    ...systemClock,
    now: () => {
      atTheTime();
      return systemClock.now();
    },
  };
  const manager = await openProduction(directory, { clock, policy: { approvals: ['script'] } });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.produce(sessionId, crew);
  const journal = join(directory, 'journal');
  atTheTime = () => {
    atTheTime = () => {};
    renameSync(journal, `${journal}-before`);
  };
  const edit = { sessionId, path: 'script/script.md', content: 'what was taken out', by: 'Ada', reason: 'x' };
  await expect(manager.editArtifact(edit)).rejects.toMatchObject({ code: 'journal_replaced' });
  expect(readFileSync(join(directory, sessionId, 'script/script.md'), 'utf8')).toBe('said');
});
