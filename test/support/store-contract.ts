import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ArtifactStore, KeptFile } from '../../src/index.js';
import { temporaryDirectory } from './temporary.js';

/** A file with these bytes, and what a store is told of it. */
export function fileOf(content: Uint8Array | string): { file: KeptFile; path: string } {
  const bytes = Buffer.from(content);
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, bytes);
  return { file: { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }, path };
}

export async function bytesOf(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (!pieces) return undefined;
  const taken: Uint8Array[] = [];
  for await (const piece of pieces) taken.push(piece);
  return Buffer.concat(taken);
}

/** What each store of artifacts has to do. */
export function storeContract(make: () => Promise<ArtifactStore> | ArtifactStore): void {
  describe('a store of artifacts', () => {
    test.each([
      ['nothing', ''],
      ['a few bytes', 'Why bees dance'],
      ['three megabytes', Buffer.alloc(3_000_000, 'bees ')],
    ])(
      'given a file of %s is put, when it is asked for, then the same bytes come',
      async (_what, content) => {
        const store = await make();
        const { file, path } = fileOf(content);
        expect(await store.has(file.sha256)).toBe(false);
        await store.put(file, path);
        expect(await store.has(file.sha256)).toBe(true);
        expect((await bytesOf(await store.get(file.sha256)))?.equals(Buffer.from(content))).toBe(true);
      },
    );

    test('given the store has a file, when it is put again by two at once, then that succeeds and it is there', async () => {
      const store = await make();
      const { file, path } = fileOf('again');
      await Promise.all([store.put(file, path), store.put(file, path)]);
      await store.put(file, path);
      expect(String(await bytesOf(await store.get(file.sha256)))).toBe('again');
    });

    test('given nothing was put, when it is asked for, then there is nothing', async () => {
      const store = await make();
      const { file } = fileOf('never put');
      expect(await store.get(file.sha256)).toBeUndefined();
      expect(await store.has(file.sha256)).toBe(false);
      await store.remove(file.sha256);
    });

    test('given a file that is not what is said of it, when it is put, then that is refused and nothing is there', async () => {
      const store = await make();
      const { file } = fileOf('what was hashed');
      const { path } = fileOf('what was hashEd');
      await expect(store.put(file, path)).rejects.toThrow(/changed|checksum|digest/i);
      expect(await store.has(file.sha256)).toBe(false);
      expect(await store.get(file.sha256)).toBeUndefined();
    });

    test('given a file is removed, when it is asked for, then there is nothing, and it can be put again', async () => {
      const store = await make();
      const { file, path } = fileOf('a secret');
      await store.put(file, path);
      await store.remove(file.sha256);
      expect(await store.get(file.sha256)).toBeUndefined();
      await store.put(file, path);
      expect(await store.has(file.sha256)).toBe(true);
    });

    test('given a name that is none of ours, when it is asked for, then that is refused', async () => {
      const store = await make();
      for (const name of ['../secrets', 'a', '', 'A'.repeat(64)]) {
        await expect(store.get(name)).rejects.toThrow(/SHA-256/);
        await expect(store.has(name)).rejects.toThrow(/SHA-256/);
        await expect(store.remove(name)).rejects.toThrow(/SHA-256/);
      }
    });
  });
}
