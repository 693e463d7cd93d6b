import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSessionId } from '../../machines/index.js';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { Documents } from '../../src/documents/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const id = parseSessionId('ep_001_20250903_143022');

/** A production's folder in which a phase has files, also in folders of its own. */
function withFiles(): { directory: string; phase: string } {
  const directory = temporaryDirectory();
  const phase = join(directory, id, 'research');
  mkdirSync(join(phase, 'sources'), { recursive: true });
  writeFileSync(join(phase, 'notes.md'), 'ours');
  writeFileSync(join(phase, 'sources', 'a.txt'), 'a source');
  writeFileSync(join(phase, 'checkpoint.json'), '{}');
  return { directory, phase };
}

test('given a phase with files in two folders, when its manifest is made, then each folder is listed once', async () => {
  const { directory, phase } = withFiles();
  const listed: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    list(path) {
      listed.push(path);
      return nodeDisk.list(path);
    },
  };
  const manifest = await new Documents({ directory, disk }).manifest(id, 'research');
  expect(manifest.map(({ path }) => path)).toEqual(['research/notes.md', 'research/sources/a.txt']);
  expect(listed).toEqual([phase, join(phase, 'sources')]);
});

for (const swapped of ['', 'research'])
  test(`given ${swapped === '' ? "the session's folder" : "a phase's folder"} is swapped for a link right after the phase's was listed, when its manifest is made, then it is refused`, async () => {
    const { directory, phase } = withFiles();
    const folder = join(directory, id, swapped);
    const foreign = temporaryDirectory();
    const disk: Disk = {
      ...nodeDisk,
      list(path) {
        const names = nodeDisk.list(path);
        if (path === phase) {
          renameSync(folder, `${folder}-away`);
          symlinkSync(foreign, folder);
        }
        return names;
      },
    };
    await expect(new Documents({ directory, disk }).manifest(id, 'research')).rejects.toMatchObject({
      code: 'path_refused',
    });
  });
