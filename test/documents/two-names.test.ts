import { readFileSync, statSync, symlinkSync, renameSync, rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

async function givenNotes(disk: Disk = nodeDisk) {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, { disk });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.createCheckpoint({ sessionId, checkpointName: 'notes', data: { draft: 1 } });
  const named = join(directory, sessionId, 'checkpoints', 'notes.json');
  const ofPhase = join(directory, sessionId, 'research', 'checkpoint.json');
  return { directory, manager, sessionId, named, ofPhase };
}

const notes = (path: string): unknown => (JSON.parse(readFileSync(path, 'utf8')) as { data: unknown }).data;

describe("a checkpoint's document", () => {
  test('given a checkpoint with a name, when it is shown, then it is one file with two names', async () => {
    const { manager, named, ofPhase } = await givenNotes();
    await manager.production.show();
    expect(statSync(named).ino).toBe(statSync(ofPhase).ino);
    expect(notes(ofPhase)).toEqual({ draft: 1 });
  });

  test('given a file with two names, when its phase has a newer checkpoint, then the older one still says what it said', async () => {
    const { manager, sessionId, named, ofPhase } = await givenNotes();
    await manager.production.show();
    await manager.createCheckpoint({ sessionId, checkpointName: 'more_notes', data: { draft: 2 } });
    await manager.production.show();
    expect([notes(named), notes(ofPhase)]).toEqual([{ draft: 1 }, { draft: 2 }]);
    await manager.createCheckpoint({ sessionId, checkpointName: 'notes', data: { draft: 3 } });
    await manager.createCheckpoint({ sessionId, checkpointName: 'more_notes', data: { draft: 4 } });
    await manager.production.show();
    expect([notes(named), notes(ofPhase)]).toEqual([{ draft: 3 }, { draft: 4 }]);
  });

  test.each(['EPERM', 'EMLINK', 'ENOTSUP'])(
    'given a file system without hard links (%s), when a checkpoint is shown, then it is two files that say the same',
    async (code) => {
      const link = (): never => {
        throw Object.assign(new Error(code), { code });
      };
      // The journal's own segments are linked into their place: only documents meet this.
      const disk: Disk = {
        ...nodeDisk,
        link: (from, to) => (to.includes('/journal/') ? nodeDisk.link(from, to) : link()),
      };
      const { manager, named, ofPhase } = await givenNotes(disk);
      await manager.production.show();
      expect(statSync(named).ino).not.toBe(statSync(ofPhase).ino);
      expect(readFileSync(named)).toEqual(readFileSync(ofPhase));
    },
  );

  test('given a folder that is swapped for a link while a second name is made in it, when it is shown, then nothing is left in the foreign folder', async () => {
    const outside = temporaryDirectory();
    let swap = (): void => {};
    const disk: Disk = {
      ...nodeDisk,
      link(from, to) {
        if (to.includes('/checkpoints/')) swap();
        nodeDisk.link(from, to);
      },
    };
    const { directory, manager, sessionId, named } = await givenNotes(disk);
    const folder = join(directory, sessionId, 'checkpoints');
    swap = () => {
      swap = () => {};
      renameSync(folder, `${folder}.aside`);
      symlinkSync(outside, folder);
    };
    await expect(manager.production.show()).rejects.toMatchObject({ code: 'path_refused' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(folder);
    renameSync(`${folder}.aside`, folder);
    await manager.production.show();
    expect(notes(named)).toEqual({ draft: 1 });
  });
});
