import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { replaceFile, replaceFileLater } from '../../src/documents/durable-file.js';
import { temporaryDirectory } from '../support/temporary.js';

const session = 'ep_001_20250903_143022';

/** A disk on which a folder is swapped for a link to another one right before, or right after, a file is made in it. */
function swapping(folder: string, foreign: string, moment: 'before' | 'after'): Disk {
  return {
    ...nodeDisk,
    open(path, mode) {
      const swap = (): void => {
        renameSync(folder, `${folder}-away`);
        symlinkSync(foreign, folder);
      };
      if (moment === 'before') swap();
      const fd = nodeDisk.open(path, mode);
      if (moment === 'after') swap();
      return fd;
    },
  };
}

for (const moment of ['before', 'after'] as const)
  for (const depth of ['', 'research', 'checkpoints'])
    test(`given ${depth || 'the session'}'s folder is swapped for a link right ${moment} a document is opened in it, then nothing is written through the link`, async () => {
      const parent = temporaryDirectory();
      const folder = join(parent, session, depth);
      const foreign = join(parent, 'foreign');
      const path = join(folder, 'session.json');
      for (const write of [
        (disk: Disk) => Promise.resolve(replaceFile(disk, path, [Buffer.from('{}')])),
        (disk: Disk) => replaceFileLater(disk, path, [Buffer.from('{}')]),
      ]) {
        mkdirSync(folder, { recursive: true });
        mkdirSync(foreign, { recursive: true });
        const writing = Promise.resolve().then(() => write(swapping(folder, foreign, moment)));
        await expect(writing).rejects.toMatchObject({ code: 'path_refused' });
        expect(readdirSync(foreign)).toEqual([]);
        rmSync(join(parent, session), { recursive: true, force: true });
        rmSync(`${folder}-away`, { recursive: true, force: true });
      }
    });
