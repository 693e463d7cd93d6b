import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { folderStore } from '../../src/index.js';
import { fileOf, storeContract } from '../support/store-contract.js';
import { temporaryDirectory } from '../support/temporary.js';

storeContract(() => folderStore(join(temporaryDirectory(), 'shared')));

describe('a folder that machines share', () => {
  function given(): {
    store: ReturnType<typeof folderStore>;
    place: string;
    kept: ReturnType<typeof fileOf>;
  } {
    const folder = temporaryDirectory();
    const kept = fileOf('the words of episode 7');
    const place = join(folder, kept.file.sha256.slice(0, 2), kept.file.sha256);
    mkdirSync(dirname(place));
    return { store: folderStore(folder), place, kept };
  }

  test('given a link, a folder or a pipe in the place of a file, when it is asked for, then nothing is read through it', async () => {
    const foreign = join(temporaryDirectory(), 'secret');
    writeFileSync(foreign, 'a stranger’s file');
    const kinds: ((place: string) => void)[] = [
      (place) => symlinkSync(foreign, place),
      (place) => mkdirSync(place),
      (place) => void spawnSync('mkfifo', [place]),
    ];
    for (const put of kinds) {
      const { store, place, kept } = given();
      put(place);
      await expect(store.get(kept.file.sha256)).rejects.toThrow(/is not read/);
      expect(await store.has(kept.file.sha256)).toBe(false);
    }
  });

  test('given a file that was cut short, when it is put again, then it is whole', async () => {
    const { store, place, kept } = given();
    writeFileSync(place, 'the wor');
    await store.put(kept.file, kept.path);
    expect((await store.get(kept.file.sha256))?.constructor.name).toBe('ReadStream');
    expect(readdirSync(dirname(place))).toEqual([kept.file.sha256]);
  });
});
