import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { asUser, giveToUser } from '../support/as-user.js';
import { expectSameDocumentsWhenRebuilt } from '../support/crash.js';
import { expectSound, journalText, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { leaked, leakingProduction, pathsWith, tellTale } from './leaked.js';

const told = { text: leaked, by: 'Ada', reason: `it got in as ${leaked}` };

async function leaking(): Promise<{ directory: string; sessionId: string }> {
  const directory = join(temporaryDirectory(), 'production');
  return { directory, ...(await leakingProduction(directory)) };
}

/** What every file below a folder says. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

/** A file that nobody may write, also who may everything; false where the file system knows no such files. */
function mayNotBeWritten(path: string): boolean {
  chmodSync(path, 0o444);
  if (process.getuid?.() !== 0) return true;
  const { status } = spawnSync('chattr', ['+i', path]);
  onTestFinished(() => void spawnSync('chattr', ['-i', path]));
  return status === 0;
}

describe('a text that is to be taken out after a power cut', () => {
  test('given redo files have lines that cannot be brought back, then it is refused, and they stay', async ({
    skip,
  }) => {
    const directory = join(temporaryDirectory(), 'production');
    const journal = join(directory, 'journal');
    cpSync(fileURLToPath(new URL('../journal/written/power-cut', import.meta.url)), journal, {
      recursive: true,
    });
    const last = readdirSync(journal).findLast((name) => /^\d+\.ndjson$/.test(name)) ?? '';
    if (!mayNotBeWritten(join(journal, last))) skip();
    const before = contents(journal);
    await expect(ProductionStateManager.redact({ ...told, directory })).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('brought back') as string,
    });
    expect(contents(journal)).toEqual(before);
  });
});

describe('a text that is only counted after a power cut', () => {
  /** The production as a power cut leaves it that took the end of the last segment, from the midst of the text in its last line but one on. */
  async function cutOff(): Promise<{ directory: string; redo: string }> {
    const { directory } = await leaking();
    const journal = join(directory, 'journal');
    const segment = join(journal, readdirSync(journal).toSorted().at(-1) ?? '');
    const bytes = readFileSync(segment);
    const lines = bytes.toString('utf8').split(/(?<=\n)/);
    const lost = lines.findLastIndex((line, index) => index < lines.length - 1 && line.includes('Schlüssel'));
    const before = Buffer.byteLength(lines.slice(0, lost).join(''));
    const redo = join(journal, 'redo-00000000000000aa.ndjson');
    writeFileSync(redo, Buffer.concat([bytes.subarray(before), Buffer.alloc(4096)]));
    truncateSync(segment, bytes.indexOf('Schlüssel', before) + 4);
    return { directory, redo };
  }

  test('given redo files have its last lines, then it is counted as often as it is taken out when these have been brought back', async () => {
    const { directory } = await cutOff();
    const before = contents(directory);
    const counted = await ProductionStateManager.redact({ directory, ...told, dryRun: true });
    expect(contents(directory)).toEqual(before);
    const done = await ProductionStateManager.redact({ directory, ...told });
    expect(counted.places).toEqual(done.places);
    expect(pathsWith(directory, ['_<secret', 'Schl'])).toEqual([]);
    await expectSound(await openProduction(directory));
  });

  test('given a redo file that cannot be read, then it is named as not looked into, and nothing is taken out before it has been read', async () => {
    const { directory, redo } = await cutOff();
    giveToUser(join(directory, '..'), { but: basename(redo) });
    chmodSync(redo, 0o000);
    const before = await asUser(() => ProductionStateManager.redact({ directory, ...told, dryRun: true }));
    expect(before.left).toEqual([`journal/${basename(redo)}`]);
    await expect(asUser(() => ProductionStateManager.redact({ directory, ...told }))).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining(`${redo} cannot be read`) as string,
    });
    chmodSync(redo, 0o644);
    await asUser(() => ProductionStateManager.redact({ directory, ...told }));
    expect(pathsWith(directory, ['_<secret', 'Schl'])).toEqual([]);
  });
});

describe('a text that is taken out of a production', () => {
  test('given a secret that got in everywhere, when it is taken out, then it is nowhere, and everything else is as it was and sound', async () => {
    const { directory, sessionId } = await leaking();
    const before = await openProduction(directory);
    const history = await before.history(sessionId);
    const spent = await before.getTotalSpending();
    await before.close();
    const positions = journalText(directory).length;
    expect(pathsWith(directory, tellTale).length).toBeGreaterThan(9);

    const found = await ProductionStateManager.redact({ directory, ...told });
    expect(found.left).toEqual([]);
    expect(found.places.journal).toBeGreaterThan(9);
    expect(pathsWith(directory, tellTale)).toEqual([]);
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);

    const after = await openProduction(directory);
    await expectSound(after);
    const kept = await after.history(sessionId);
    expect(kept.map(({ position, event }) => [position, event.type])).toEqual(
      history.map(({ position, event }) => [position, event.type]),
    );
    expect(await after.getTotalSpending()).toBe(spent);
    expect(journalText(directory).length).toBeGreaterThan(positions);
    const { topic } = (await after.getSnapshot(sessionId)).context;
    expect(topic).toMatch(/^Bees redacted_[0-9a-f]{8}_x+$/);
    expect((await after.loadCheckpoint(sessionId, 'mid')).data).toEqual({
      text: expect.stringMatching(/^redacted_/) as string,
    });
    expect((await after.loadCheckpoint(sessionId, 'big')).data).toMatchObject({ more: 'y'.repeat(80_000) });
    expect(await after.getOperationResult(sessionId, 'large')).toMatchObject({ more: 'z'.repeat(80_000) });
    expect(readFileSync(join(directory, sessionId, 'research', 'plain.md'), 'utf8')).toBe('# Nothing\n');
    await after.close();
    await expectSameDocumentsWhenRebuilt(directory);
  });

  test('given it was taken out, then the record says by whom, why, how often, its hash and length, and not what it was', async () => {
    const { directory } = await leaking();
    const { sha256, places } = await ProductionStateManager.redact({ directory, ...told });
    const manager = await openProduction(directory, { readOnly: true });
    expect(await manager.getRedactions()).toEqual([
      expect.objectContaining({
        by: 'Ada',
        reason: expect.stringMatching(/^it got in as redacted_/) as string,
        sha256,
        length: leaked.length,
        places,
      }),
    ]);
  });

  test('given it is only counted, or is not there, then not one byte is changed', async () => {
    const { directory } = await leaking();
    const before = contents(directory);
    const counted = await ProductionStateManager.redact({ directory, ...told, dryRun: true });
    expect(counted.places.journal).toBeGreaterThan(9);
    const none = await ProductionStateManager.redact({ directory, ...told, text: 'nowhere to be found' });
    expect(none.places).toEqual({ journal: 0, documents: 0, files: 0 });
    expect(contents(directory)).toEqual(before);
  });

  test.each(['"events":[', 'episode.created', 'research', 'ep_001_2'])(
    'given %s, which the engine itself writes, then it is refused, and not one byte is changed',
    async (text) => {
      const { directory } = await leaking();
      const before = contents(directory);
      await expect(ProductionStateManager.redact({ directory, ...told, text })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'text',
      });
      expect(contents(directory)).toEqual(before);
    },
  );

  test('given a process that has the production open, when it pays afterwards, then it is told to start again, and nothing of it appears', async () => {
    const { directory, sessionId } = await leaking();
    const other = await openProduction(directory, { segmentBytes: 100 });
    await other.getSnapshot(sessionId);
    await ProductionStateManager.redact({ directory, ...told });
    const segments = readdirSync(join(directory, 'journal'));
    const pay = () =>
      other.addCost({ sessionId, phase: 'script', operation: 'late', cost: '0.01', key: 'late' });
    await expect(pay()).rejects.toMatchObject({
      code: 'journal_replaced',
      message: expect.stringContaining('start the process again') as string,
    });
    await expect(pay()).rejects.toMatchObject({ code: 'journal_replaced' });
    await expect(other.getSnapshot(sessionId)).rejects.toMatchObject({ code: 'journal_replaced' });
    expect(readdirSync(join(directory, 'journal'))).toEqual(segments);
    expect(pathsWith(directory, tellTale)).toEqual([]);
    await expectSound(await openProduction(directory));
  });

  test('given a back-up that reset has made beside it, then it is gone from there too, and the back-up opens', async () => {
    const { directory } = await leaking();
    const backup = `${directory}.backup-2026-11-28T10-00-00-000Z`;
    cpSync(directory, backup, { recursive: true });
    mkdirSync(`${directory}.backup-of-mine`);
    const { backups } = await ProductionStateManager.redact({ directory, ...told });
    expect(backups.map((each) => each.directory)).toEqual([backup]);
    expect(pathsWith(backup, tellTale)).toEqual([]);
    await expectSound(await openProduction(backup));
  });

  test('given an episode that was deleted, whose files are beside the production, then it is gone from there too, and the episode can be brought back', async () => {
    const { directory, sessionId } = await leaking();
    const manager = await openProduction(directory);
    const backup = await manager.deleteEpisode({ sessionId, reason: 'enough' });
    await manager.close();
    expect(pathsWith(backup, tellTale).length).toBeGreaterThan(3);
    const { backups, left } = await ProductionStateManager.redact({ directory, ...told });
    expect({ backups, left }).toEqual({ backups: [], left: [] });
    expect(pathsWith(join(directory, '..'), tellTale)).toEqual([]);
    const after = await openProduction(directory);
    await expectSound(after);
    await after.unarchiveEpisode(sessionId);
    await expectSound(after);
  });

  test.each([
    ['and nothing is behind it', ''],
    ['and another process has ended it', '~void\n'],
    ['and others have filled the place of what was lost', `${'~'.repeat(300)}\n`],
    ['and a hole is there, behind which it goes on', `${'\0'.repeat(300)}lüssel & 4711"}\n`],
    ['twice', `${'\0'.repeat(300)}& 4711 and my \\"own\\"_<secret`],
  ])(
    'given a line that a power cut has torn in its midst, %s, then what is left of it is gone too',
    async (_what, rest) => {
      const { directory } = await leaking();
      const last = readdirSync(join(directory, 'journal')).toSorted().at(-1) ?? '';
      const torn = `{"position":1,"topic":"my \\"own\\"_<secret> Schl${rest}`;
      writeFileSync(join(directory, 'journal', last), torn, { flag: 'a' });
      const { places } = await ProductionStateManager.redact({ directory, ...told, dryRun: true });
      const done = await ProductionStateManager.redact({ directory, ...told });
      expect(done.places).toEqual(places);
      expect(pathsWith(directory, ['_<secret', 'Schl', '4711'])).toEqual([]);
      await expectSound(await openProduction(directory));
    },
  );

  test('given a damaged journal, then nothing is changed', async () => {
    const { directory } = await leaking();
    const first = join(directory, 'journal', '00000000000000000000.ndjson.gz');
    renameSync(first, `${first}.away`);
    const before = contents(directory);
    await expect(ProductionStateManager.redact({ directory, ...told })).rejects.toMatchObject({
      code: 'journal_damaged',
    });
    expect(contents(directory)).toEqual(before);
  });

  test.each(['short', '    a    ', 'x'.repeat(10_001), 'xxxxxxx', 'redacted_'])(
    'given the text %j, which is no secret, then it is refused',
    async (text) => {
      const { directory } = await leaking();
      await expect(ProductionStateManager.redact({ directory, ...told, text })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'text',
      });
      expect(existsSync(join(directory, '.redaction'))).toBe(false);
    },
  );
});
