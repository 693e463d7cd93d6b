import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager, type Verification } from '../../src/index.js';
import { examine } from '../../src/cli/examine.js';
import { nodeDisk } from '../../src/disk/index.js';
import { listRedoFiles } from '../../src/journal/redo-lines.js';
import { MemoryDisk } from '../../src/testing/memory-disk.js';
import { asUser, giveToUser } from '../support/as-user.js';
import { temporaryDirectory } from '../support/temporary.js';
import { thrown } from '../support/thrown.js';
import { commit, open, texts } from './on-disk.js';
import { Told, Writer, openJournal } from './simulated.js';

const written = fileURLToPath(new URL('written/power-cut', import.meta.url));
const body = (n: number): string => JSON.stringify({ n, text: 'x'.repeat(80) });
const bodies = (count: number): string[] => Array.from({ length: count }, (_, n) => body(n));

/** A production of the user's. */
function ownProduction(): { production: string; directory: string } {
  const production = temporaryDirectory();
  const directory = join(production, 'journal');
  mkdirSync(directory);
  giveToUser(production);
  return { production, directory };
}

/** One after a power cut, whose redo file he may not read. */
function unreadable(): { production: string; directory: string; redo: string } {
  const { production, directory } = ownProduction();
  cpSync(written, directory, { recursive: true });
  const [file = ''] = listRedoFiles(nodeDisk, directory);
  giveToUser(directory, { but: file });
  const redo = join(directory, file);
  chmodSync(redo, 0o000);
  return { production, directory, redo };
}

const refusal = (directory: string): Promise<string> => asUser(() => thrown(() => open(directory)).message);

/** A command of the advice, done to the letter. */
function follow(text: string, command: RegExp): void {
  const found = command.exec(text)?.[0];
  if (found === undefined) throw new Error(`no such command in: ${text}`);
  execFileSync('sh', ['-c', found]);
}

describe('a redo file that may not be read', () => {
  test('given one opens the journal for writing, then it is refused by the file’s name, and not a byte is written; as the advice has it, all is there', async () => {
    const { directory, redo } = unreadable();
    const before = readdirSync(directory);
    const said = await refusal(directory);
    expect(said).toContain(`the redo file ${redo} cannot be read (EACCES)`);
    expect(readdirSync(directory)).toEqual(before);
    follow(said, /chown .*(?=, then try again)/);
    expect(await asUser(() => texts(open(directory)))).toEqual(bodies(42));
  });

  test('given it can never be read, when it is put aside as the advice has it, then work goes on with what is there, and doctor names it', async () => {
    const { production, directory } = unreadable();
    const there = await asUser(() => texts(open(directory, { readOnly: true })));
    follow(await refusal(directory), /mv .*$/);
    const journal = await asUser(() => open(directory));
    expect(texts(journal)).toEqual(there);
    await asUser(() => commit(journal, body(there.length)));
    expect(texts(journal)).toEqual(bodies(there.length + 1));
    expect(examine(production).findings.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/aside-redo-.*could not be read/),
    );
  });

  test('given one only looks, then what can be read is shown, and doctor names the file and what to do', async () => {
    const { production, directory, redo } = unreadable();
    const found = await asUser(() => texts(open(directory, { readOnly: true })));
    expect(found.length).toBeGreaterThan(20);
    expect(found).toEqual(bodies(found.length));
    const { findings } = await asUser(() => examine(production));
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([
      {
        severity: 'attention',
        what: expect.stringContaining(`the redo file ${redo} cannot be read (EACCES)`) as string,
        advice: expect.stringMatching(/chown .* && chmod .*mv /) as string,
      },
    ]);
  });

  test('given one audits the production, then it does not all hold: what the file may have is not in the sums', async () => {
    const { production, directory } = ownProduction();
    await asUser(async () => {
      const manager = await ProductionStateManager.open({ directory: production });
      await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
      await manager.close();
    });
    const redo = join(directory, 'redo-0000000000000000.ndjson');
    writeFileSync(redo, '', { mode: 0o000 });
    const audit = (): Promise<Verification> =>
      asUser(async () => {
        const manager = await ProductionStateManager.open({ directory: production, readOnly: true });
        const found = await manager.verify();
        await manager.close();
        return found;
      });
    const found = await audit();
    expect(found).toMatchObject({ ok: false, commits: 1 });
    expect(found.problems.map(({ what }) => what)).toEqual([
      expect.stringContaining(`the redo file ${redo} cannot be read (EACCES)`),
    ]);
    follow(found.problems[0]?.what ?? '', /chown .*(?=, then try again)/);
    expect(await audit()).toMatchObject({ ok: true, problems: [] });
  });

  test('given it comes while others are at work, when they give up what is old, then it stays, and keeps no other', async () => {
    const { directory } = ownProduction();
    const journal = await asUser(() => open(directory, { inlineSyncBelowMs: 60_000 }));
    const [file = ''] = listRedoFiles(nodeDisk, written);
    const foreign = ['redo-0000000000000000', 'redo-ffffffffffffffff'].map((name) => join(directory, name));
    for (const path of foreign) {
      cpSync(join(written, file), `${path}.ndjson`);
      utimesSync(`${path}.ndjson`, 1, 1);
      chmodSync(`${path}.ndjson`, path.endsWith('f') ? 0o644 : 0o000);
    }
    for (const each of bodies(40)) await asUser(() => commit(journal, each));
    const left = readdirSync(directory);
    expect(left).toContain('redo-0000000000000000.given-up.ndjson');
    expect(left).toContain('aside-redo-ffffffffffffffff.given-up.ndjson');
  });
});

describe('a redo file that the disk cannot read', () => {
  async function cutOff(): Promise<{ disk: MemoryDisk; told: Told }> {
    const disk = new MemoryDisk({ redo: { bytes: 4000, after: 1 } });
    const told = new Told();
    const writer = new Writer(openJournal(disk), told);
    for (let n = 0; n < 9; n += 1) await writer.commit(told.body(60));
    return { disk: disk.powerCut(), told };
  }

  const isRedo = (path: string): boolean => path.includes('/redo-');

  test('given it may be read again later, when one writes, then he is refused until it is, and nothing is lost', async () => {
    const { disk, told } = await cutOff();
    disk.onCall = ({ name, path }) => (name === 'readFile' && isRedo(path) ? 'EIO' : undefined);
    expect(thrown(() => openJournal(disk)).message).toMatch(/cannot be read \(EIO\).*Check the disk, then/);
    disk.onCall = undefined;
    const writer = new Writer(openJournal(disk), told);
    writer.refresh();
    expect(writer.known).toEqual(told.acknowledged);
  });
});
