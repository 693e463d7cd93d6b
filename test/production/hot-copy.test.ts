import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A production at work with a large artifact and a large checkpoint; half of the copy is made before more of both is written, and half after that. */
async function halfCopied(isFirst: (path: string) => boolean, leftOut: readonly string[] = []) {
  const directory = temporaryDirectory();
  const copy = join(temporaryDirectory(), 'copy');
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Copied' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const grow = async (name: string) => {
    mkdirSync(join(directory, sessionId, 'research'), { recursive: true });
    writeFileSync(join(directory, sessionId, 'research', `${name}.wav`), Buffer.alloc(3_000_000, 7));
    await manager.createCheckpoint({ sessionId, checkpointName: name, data: name.repeat(20_000) });
  };
  const take = (isTaken: (path: string) => boolean) =>
    cpSync(directory, copy, {
      recursive: true,
      filter(path) {
        const name = relative(directory, path);
        if (leftOut.some((each) => name.endsWith(each))) return false;
        return name === '' || isTaken(name);
      },
    });
  await grow('early');
  await manager.production.show();
  take(isFirst);
  await grow('later');
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: 'z'.repeat(100_000) });
  await manager.production.show();
  take((path) => !isFirst(path));
  return { copy, sessionId };
}

const said = (work: Promise<unknown>): Promise<string> => work.then(() => 'nothing', String);
const isJournal = (path: string): boolean => path.startsWith('journal');
const documents = ['state.json', 'session.json'];

test('given a production at work, when its journal is copied first, and after more was written everything else but state.json and session.json, then the copy opens, and has all that the journal speaks of', async () => {
  const { copy, sessionId } = await halfCopied(isJournal, documents);
  const opened = await openProduction(copy);
  expect(await opened.verify()).toMatchObject({ ok: true, problems: [] });
  expect((await opened.loadCheckpoint(sessionId, 'early')).data).toBe('early'.repeat(20_000));
  await opened.updatePhase({ sessionId, phase: 'research', status: 'complete', data: 1 });
  await opened.updatePhase({ sessionId, phase: 'script', status: 'active' });
  expect((await opened.getEpisodeState(sessionId)).phases.script.status).toBe('active');
});

test.each([[[]], [['state.json']]])(
  'given documents are copied after the journal, but for %j, then whoever opens the copy is told what to copy first and what to delete, and that is enough',
  async (leftOut) => {
    const { copy, sessionId } = await halfCopied(isJournal, leftOut);
    // Where there is no state.json, whoever is first has read the journal to its end and makes one.
    if (leftOut.length > 0) await (await openProduction(copy)).close();
    const message = await said(openProduction(copy).then((opened) => opened.getEpisodeState(sessionId)));
    expect(message).toMatch(
      /copy the journal folder first, then the session folders, and leave out state\.json and every session\.json/,
    );
    for (const name of ['state.json', join(sessionId, 'session.json')])
      rmSync(join(copy, name), { force: true });
    expect(await (await openProduction(copy)).verify()).toMatchObject({ ok: true, problems: [] });
  },
);

test('given the session folders were copied before the journal, then verify and whoever reads are told each file that is missing, and to copy its folder again', async () => {
  const { copy, sessionId } = await halfCopied((path) => !isJournal(path), documents);
  const opened = await openProduction(copy);
  const { ok, problems } = await opened.verify();
  const found = problems.map(({ what }) => what).join('\n');
  expect([ok, found]).toEqual([false, expect.stringMatching(/checkpoints\/later-\w+\.json is missing/)]);
  expect(found).toMatch(/checkpoints\/research_complete-\w+\.json is missing/);
  expect(found).toContain('copy the session folder again, after the journal folder');
  const message = await said(opened.loadCheckpoint(sessionId, 'later'));
  expect(message).toMatch(
    /later-\w+\.json is missing.*copy the session folder again, after the journal folder/,
  );
});
