import { describe, expect, test } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { commit, files, open, texts } from './on-disk.js';

function failing(code: string, method: 'open' | 'link' | 'write', when: () => boolean): Disk {
  const refuse = (mode: unknown): void => {
    if (when() && mode !== 'read') throw Object.assign(new Error(code), { code });
  };
  return {
    ...nodeDisk,
    open(path, mode) {
      if (method === 'open') refuse(mode);
      return nodeDisk.open(path, mode);
    },
    link(from, to) {
      if (method === 'link') refuse(undefined);
      nodeDisk.link(from, to);
    },
    write(fd, bytes) {
      if (method === 'write') refuse(undefined);
      return nodeDisk.write(fd, bytes);
    },
  };
}

describe('a journal that cannot be written', () => {
  test.each(['EROFS', 'EACCES', 'EPERM'])(
    'given its files may not be opened for writing (%s), then everything is read, commits are refused, and work goes on when they may',
    async (code) => {
      const directory = temporaryDirectory();
      await commit(open(directory), '{"n":1}');
      let isForbidden = true;
      const journal = open(directory, { disk: failing(code, 'open', () => isForbidden) });
      const read: string[] = [];
      journal.refresh(({ text }) => read.push(text));
      await journal.durable();
      expect(read).toEqual(['{"n":1}']);
      await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_unavailable' });
      isForbidden = false;
      await commit(journal, '{"n":2}');
      expect(texts(journal)).toEqual(['{"n":1}', '{"n":2}']);
    },
  );

  test.each<[string, 'link' | 'write' | 'open']>([
    ['ENOSPC', 'write'],
    ['EDQUOT', 'link'],
    ['EROFS', 'open'],
  ])(
    'given a sealed segment and no way to make the next (%s at %s), then everything is read, commits are refused, and work goes on when there is',
    async (code, method) => {
      const directory = temporaryDirectory();
      const first = open(directory, { segmentBytes: 10 });
      await commit(first, '{"n":1}');
      // Sealed; the next segment is made by whoever reads on.
      await first.append(['{"n":2}']);
      expect(files(directory).length).toBe(1);
      let isFull = true;
      const journal = open(directory, { disk: failing(code, method, () => isFull) });
      const read: string[] = [];
      journal.refresh(({ text }) => read.push(text));
      await journal.durable();
      expect(read).toEqual(['{"n":1}']);
      await expect(commit(journal, '{"n":2}')).rejects.toMatchObject({ code: 'journal_unavailable' });
      isFull = false;
      await commit(journal, '{"n":2}');
      expect(texts(first)).toEqual(['{"n":1}', '{"n":2}']);
      expect(journal.inspect().damage).toEqual([]);
    },
  );

  test('given a disk that fails in another way, when the next segment is to be made, then reading says so', async () => {
    const directory = temporaryDirectory();
    const first = open(directory, { segmentBytes: 10 });
    await commit(first, '{"n":1}');
    await first.append(['{"n":2}']);
    const journal = open(directory, { disk: failing('EIO', 'link', () => true) });
    expect(() => journal.refresh(() => {})).toThrow('EIO');
  });
});
