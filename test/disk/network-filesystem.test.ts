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
  ])('given a directory on %s, then it is refused by name', (name, type) => {
    expect(() => refuseNetworkFilesystem('/somewhere', () => type)).toThrow(
      expect.objectContaining({
        code: 'filesystem_unsupported',
        field: 'directory',
        remedy: 'operator',
        message: expect.stringContaining(`/somewhere is on ${name},`) as string,
      }) as Error,
    );
  });

  test('given a directory that is still to be made, then its nearest parent that is there decides', () => {
    const asked: string[] = [];
    const typeOf = (path: string): number => {
      asked.push(path);
      if (path !== '/net') throw missing;
      return 0x6969;
    };
    expect(() => refuseNetworkFilesystem('/net/shows/production', typeOf)).toThrow(
      expect.objectContaining({ code: 'filesystem_unsupported' }) as Error,
    );
    expect(asked).toEqual(['/net/shows/production', '/net/shows', '/net']);
  });

  test('given a file system of this machine, or one that cannot be asked, then it is taken', () => {
    const production = join(temporaryDirectory(), 'production');
    expect(() => refuseNetworkFilesystem(production)).not.toThrow();
    expect(() => refuseNetworkFilesystem('/somewhere', () => 0xef53)).not.toThrow();
    expect(() =>
      refuseNetworkFilesystem('/', () => {
        throw missing;
      }),
    ).not.toThrow();
  });
});
