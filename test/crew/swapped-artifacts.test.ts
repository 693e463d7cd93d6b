import { mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionId } from '../../machines/index.js';
import { ArtifactFiles } from '../../src/crew/artifact-files.js';
import { readPlainFile } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const session = 'ep_001_20250903_143022' as SessionId;

function given() {
  const directory = temporaryDirectory();
  const foreign = temporaryDirectory();
  const phase = join(directory, session, 'research');
  mkdirSync(phase, { recursive: true });
  writeFileSync(join(foreign, 'notes.md'), 'theirs');
  return {
    directory,
    foreign,
    phase,
    files: new ArtifactFiles(directory, session, 'research'),
    swap() {
      renameSync(phase, `${phase}-away`);
      symlinkSync(foreign, phase);
    },
  };
}

test('given a phase’s folder is swapped for a link while an artifact is written, when it is finished, then nothing foreign is replaced', async () => {
  const { files, foreign, swap } = given();
  const writer = await files.create('notes.md');
  await writer.write('ours');
  swap();
  await expect(writer.finish()).rejects.toThrow('ENOENT');
  expect(readdirSync(foreign)).toEqual(['notes.md']);
  expect(readFileSync(join(foreign, 'notes.md'), 'utf8')).toBe('theirs');
});

test('given a phase’s folder that was swapped for a link, when an artifact is read, written or removed, then it is refused, and nothing foreign is touched', async () => {
  const { files, foreign, swap } = given();
  swap();
  const refused = { code: 'path_refused' };
  await expect(files.read('research/notes.md')).rejects.toMatchObject(refused);
  await expect(files.stream('research/notes.md')).rejects.toMatchObject(refused);
  await expect(files.writeWhole('notes.md', 'ours')).rejects.toMatchObject(refused);
  await expect(files.remove('research/notes.md')).rejects.toMatchObject(refused);
  expect(readFileSync(join(foreign, 'notes.md'), 'utf8')).toBe('theirs');
});

test('given a folder that became a link after it was looked at, when a file below it is opened, then what was opened is seen to lie elsewhere', () => {
  const { directory, phase, swap } = given();
  swap();
  expect(readPlainFile(join(phase, 'notes.md'), { largest: 100, within: directory })).toEqual({
    refused: 'moved',
  });
});
