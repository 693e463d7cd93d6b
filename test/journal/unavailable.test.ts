import { describe, expect, test } from 'vitest';
import { syncFailed, unavailable } from '../../src/journal/unavailable.js';

describe("a disk's errors", () => {
  test.each([
    ['ENOSPC', 'the disk is full; free space'],
    ['EDQUOT', 'the disk quota is used up; free space'],
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['EROFS', 'read-only; remount'],
    ['EIO', 'the disk reported an error'],
    ['ENOENT', 'the folder is gone'],
    ['EMFILE', 'too many files are open'],
    ['EODD', 'as it is'],
  ])('given %s, then the error says what to do', (code, advice) => {
    const cause = Object.assign(new Error('as it is'), { code });
    const error = unavailable(cause);
    expect(error).toMatchObject({ code: 'journal_unavailable', cause });
    expect(error.message).toContain(`the journal cannot be written or read (${code}): `);
    expect(error.message).toContain(advice);
    expect(unavailable(error)).toBe(error);
  });

  test('given a failed sync, or an error without a code, then it says that the outcome is unknown', () => {
    const cause = Object.assign(new Error('x'), { code: 'EIO' });
    expect(syncFailed(cause)).toMatchObject({
      code: 'journal_unavailable',
      cause,
      message: expect.stringMatching(
        /could not be synced \(EIO\): .*the outcome of the last call is unknown/,
      ) as string,
    });
    expect(syncFailed(new Error('x')).message).toContain('(error)');
    expect(unavailable(new Error('odd')).message).toBe('the journal cannot be written or read (error): odd.');
  });
});
