import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { run } from '../support/cli.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Made {
  directory: string;
  manager: ProductionStateManager;
  sessionId: string;
  /** A path in the session's folder. */
  at: (path: string) => string;
}

/** Research is complete with three files and a large checkpoint, script is at work. */
async function made(): Promise<Made> {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Artifacts' });
  const at = (path: string): string => join(directory, sessionId, path);
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  mkdirSync(at('research/sources'), { recursive: true });
  for (const name of ['notes.md', 'sources/one.html', 'sources/two.html'])
    writeFileSync(at(`research/${name}`), `the words of ${name}`.repeat(1000));
  await manager.createCheckpoint({ sessionId, checkpointName: 'large', data: 'x'.repeat(100_000) });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { facts: 3 } });
  await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
  writeFileSync(at('script/draft.md'), 'work in progress is nobody\u2019s business');
  return { directory, manager, sessionId, at };
}

const whatOf = (found: { problems: { what: string }[] }): string[] => found.problems.map(({ what }) => what);

// Cases from the field: 03.
describe('the files of finished phases', () => {
  test('given all are as they were, when they are checked, then nothing is found, and each is named before it is read', async () => {
    const { manager, sessionId } = await made();
    const files: string[] = [];
    expect(await manager.verify({ onFile: (path) => files.push(path) })).toMatchObject({ ok: true });
    expect(files).toEqual(
      ['notes.md', 'sources/one.html', 'sources/two.html'].map((name) => `${sessionId}/research/${name}`),
    );
  });

  test('given one is altered, one is gone and one was added, then verify and doctor name each and do not exit with 0', async () => {
    const { directory, manager, sessionId, at } = await made();
    const bytes = readFileSync(at('research/notes.md'));
    bytes[77] = (bytes[77] ?? 0) ^ 1;
    writeFileSync(at('research/notes.md'), bytes);
    rmSync(at('research/sources/one.html'));
    writeFileSync(at('research/sources/three.html'), 'new');
    const found = await manager.verify();
    expect(found.problems.every(({ session }) => session === sessionId)).toBe(true);
    expect(whatOf(found)).toEqual([
      'research/notes.md was altered',
      'research/sources/one.html is missing',
      'research/sources/three.html was added',
    ]);
    await manager.close();
    const [verified, doctored] = await Promise.all([
      run(directory, 'verify'),
      run(directory, 'doctor', '--json'),
    ]);
    expect(verified).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('notes.md was altered') as string,
    });
    expect(doctored.code).toBe(6);
    expect(doctored.json()['findings']).toEqual(
      whatOf(found).map((what) => ({
        severity: 'damage',
        what: `${sessionId}: ${what}`,
        advice: expect.stringContaining('from a backup') as string,
      })),
    );
  });

  test.each<[string, (made: Made) => void, RegExp]>([
    [
      'grew at its end',
      ({ at }) => appendFileSync(at('research/sources/two.html'), '\n'),
      /two\.html was altered/,
    ],
    [
      'has a folder in its place',
      ({ at }) => {
        rmSync(at('research/notes.md'));
        mkdirSync(at('research/notes.md'));
      },
      /notes\.md is a directory/,
    ],
    [
      'is in a folder that is gone',
      ({ at }) => rmSync(at('research'), { recursive: true }),
      /notes\.md is missing/,
    ],
    [
      'is what a checkpoint keeps, and is gone',
      ({ at }) => rmSync(at('checkpoints'), { recursive: true }),
      /checkpoints\/large-[0-9a-f]+\.json is missing/,
    ],
  ])('given a file %s, then it is found', async (_what, change, expected) => {
    const all = await made();
    change(all);
    const found = await all.manager.verify();
    expect(found.ok).toBe(false);
    expect(whatOf(found).join('; ')).toMatch(expected);
  });

  test('given a phase is to be done again, then its old files are nobody\u2019s business', async () => {
    const { manager, sessionId, at } = await made();
    await manager.markPhaseFailed({ sessionId, phase: 'script', error: 'no' });
    await manager.recoverFailedSession(sessionId, { phase: 'research' });
    writeFileSync(at('research/notes.md'), 'other words');
    expect(whatOf(await manager.verify())).toEqual([]);
  });
});
