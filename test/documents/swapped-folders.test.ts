import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import type { SessionId } from '../../machines/index.js';
import { Documents } from '../../src/documents/documents.js';
import { readHere } from '../../src/documents/lies-here.js';
import { copyManifest, readManifest, verifyManifest } from '../../src/documents/manifest.js';
import { replaceFile, replaceFileLater } from '../../src/documents/durable-file.js';
import { openProduction } from '../support/production.js';
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

/** A disk on which a folder is swapped for a link right before a file in it is opened to be read. */
function swappingReads(folder: string, foreign: string): Disk {
  return {
    ...nodeDisk,
    open(path, mode) {
      if (mode === 'read' && path.startsWith(folder) && existsSync(folder)) {
        renameSync(folder, `${folder}-away`);
        symlinkSync(foreign, folder);
      }
      return nodeDisk.open(path, mode);
    },
  };
}

for (const depth of ['', 'research'])
  test(`given ${depth || 'the session'}'s folder is swapped for a link right before a file in it is read, then neither is a foreign file hashed nor copied`, async () => {
    const parent = temporaryDirectory();
    const phase = join(parent, session, 'research');
    const swapped = join(parent, session, depth);
    const foreign = join(parent, 'foreign', depth === '' ? 'research' : '');
    mkdirSync(phase, { recursive: true });
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(phase, 'notes.md'), 'ours');
    writeFileSync(join(foreign, 'notes.md'), 'theirs');
    const id = session as SessionId;
    const [kept] = await readManifest(nodeDisk, parent, id, 'research');
    const entries = kept === undefined ? [] : [kept];
    const put = (): void => {
      rmSync(swapped, { force: true });
      renameSync(`${swapped}-away`, swapped);
    };
    const disk = swappingReads(swapped, join(parent, 'foreign'));
    await expect(readManifest(disk, parent, id, 'research')).rejects.toMatchObject({ code: 'path_refused' });
    put();
    await expect(verifyManifest(disk, parent, id, entries)).rejects.toMatchObject({ code: 'path_refused' });
    put();
    const fork = 'ep_002_20250903_143022' as SessionId;
    mkdirSync(join(parent, fork));
    await expect(
      copyManifest({ disk, directory: parent, seeJournal: undefined }, id, fork, entries),
    ).rejects.toMatchObject({
      code: 'path_refused',
    });
    expect(existsSync(join(parent, fork, 'research', 'notes.md'))).toBe(false);
  });

test('given the folder of a fork is swapped for a link right before a copy is made in it, then no file is made through the link', async () => {
  const parent = temporaryDirectory();
  const foreign = join(parent, 'foreign');
  const from = session as SessionId;
  const fork = 'ep_002_20250903_143022' as SessionId;
  mkdirSync(join(parent, from, 'research'), { recursive: true });
  mkdirSync(foreign);
  writeFileSync(join(parent, from, 'research', 'notes.md'), 'ours');
  const entries = await readManifest(nodeDisk, parent, from, 'research');
  const target = join(parent, fork, 'research');
  const disk: Disk = {
    ...nodeDisk,
    open(path, mode) {
      if (mode === 'create' && existsSync(target)) {
        renameSync(target, `${target}-away`);
        symlinkSync(foreign, target);
      }
      return nodeDisk.open(path, mode);
    },
  };
  mkdirSync(join(parent, fork));
  await expect(
    copyManifest({ disk, directory: parent, seeJournal: undefined }, from, fork, entries),
  ).rejects.toMatchObject({
    code: 'path_refused',
  });
  expect(readdirSync(foreign)).toEqual([]);
});

test('given the session’s folder is swapped for a link right before a document or a payload of it is read, then nothing of the foreign one is read', async () => {
  const parent = temporaryDirectory();
  const manager = await openProduction(join(parent, 'production'));
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Ours' });
  await manager.production.show();
  const directory = join(parent, 'production');
  const payload = await new Documents({ directory, disk: nodeDisk }).writePayload(id, 'big', '{"n":1}');
  const folder = join(directory, id);
  const foreign = join(parent, 'foreign');
  cpSync(folder, foreign, { recursive: true });
  const disk: Disk = {
    ...nodeDisk,
    readFile(path, onOpen) {
      renameSync(folder, `${folder}-away`);
      symlinkSync(foreign, folder);
      try {
        return nodeDisk.readFile(path, onOpen);
      } finally {
        rmSync(folder);
        renameSync(`${folder}-away`, folder);
      }
    },
  };
  const documents = new Documents({ directory, disk });
  expect(new Documents({ directory, disk: nodeDisk }).readSession(id)?.topic).toBe('Ours');
  expect(() => documents.readSession(id)).toThrow(expect.objectContaining({ code: 'path_refused' }));
  expect(() => documents.readPayload(id, payload)).toThrow(expect.objectContaining({ code: 'path_refused' }));
});

test('given a document that another process replaces right after it was opened, when it is read, then it is read as it is now, and not refused', () => {
  const folder = join(temporaryDirectory(), session);
  mkdirSync(folder);
  const path = join(folder, 'session.json');
  writeFileSync(path, 'old');
  let isReplaced = false;
  const disk: Disk = {
    ...nodeDisk,
    readFile: (name, onOpen) =>
      nodeDisk.readFile(name, (fd) => {
        if (!isReplaced) {
          writeFileSync(`${path}.new`, 'new');
          renameSync(`${path}.new`, path);
        }
        isReplaced = true;
        onOpen?.(fd);
      }),
  };
  expect(readHere(disk, path)?.toString()).toBe('new');
});
