import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refuseNetworkFilesystem } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const missing = Object.assign(new Error('there is nothing'), { code: 'ENOENT' });

describe('where a production may lie', () => {
  test.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    // As Node builds give it that read f_type as signed.
    ['CIFS', 0xff534d42 | 0],
    ['9p', 0x01021997],
  ])('given a directory on %s, then it is refused by name', async (name, type) => {
    await expect(refuseNetworkFilesystem('/somewhere', () => Promise.resolve(type))).rejects.toMatchObject({
      code: 'filesystem_unsupported',
      field: 'directory',
      remedy: 'operator',
      message: expect.stringContaining(`/somewhere is on ${name},`) as string,
    });
  });

  test('given a directory that is still to be made, then its nearest parent that is there decides', async () => {
    const asked: string[] = [];
    const typeOf = (path: string): Promise<number> => {
      asked.push(path);
      return path === '/net' ? Promise.resolve(0x6969) : Promise.reject(missing);
    };
    await expect(refuseNetworkFilesystem('/net/shows/production', typeOf)).rejects.toMatchObject({
      code: 'filesystem_unsupported',
    });
    expect(asked).toEqual(['/net/shows/production', '/net/shows', '/net']);
  });

  test('given a file system of this machine, or one that cannot be asked, then it is taken', async () => {
    await expect(refuseNetworkFilesystem(join(temporaryDirectory(), 'production'))).resolves.toBeUndefined();
    await expect(
      refuseNetworkFilesystem('/somewhere', () => Promise.resolve(0xef53)),
    ).resolves.toBeUndefined();
    await expect(refuseNetworkFilesystem('/', () => Promise.reject(missing))).resolves.toBeUndefined();
  });
});
