import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readPlainFile } from '../../src/disk/index.js';
import { studioToken } from '../../src/inspect/token.js';
import { temporaryDirectory } from '../support/temporary.js';

const token = 'a'.repeat(43);
const stranger = 65_534;

/** A token that only its owner may read, who is another user. Root gives it away; whoever is not root cannot, and is told to be another himself. */
function tokenOfAnother(): string {
  const directory = temporaryDirectory();
  const path = join(directory, '.studio-token');
  writeFileSync(path, `${token}\n`);
  chmodSync(path, 0o600);
  const own = process.getuid?.() ?? 0;
  if (own === 0) chownSync(path, stranger, stranger);
  else vi.spyOn(process, 'getuid').mockReturnValue(own + 1);
  return directory;
}

describe('a file that is its owner’s alone', () => {
  test('given it belongs to another user, when root or anybody else reads it, then it is refused', () => {
    const path = join(tokenOfAnother(), '.studio-token');
    expect(readPlainFile(path, { largest: 1000, isPrivate: true })).toEqual({ refused: 'owned_by_another' });
    expect(readPlainFile(path, { largest: 1000 })).toMatchObject({ bytes: Buffer.from(`${token}\n`) });
  });

  test('given a token that another user has put there, then the studio takes a new one, which is its own and private', () => {
    const directory = tokenOfAnother();
    const path = join(directory, '.studio-token');
    const taken = studioToken(directory);
    vi.restoreAllMocks();
    expect(taken).not.toBe(token);
    expect(readFileSync(path, 'utf8').trim()).toBe(taken);
    const { uid, mode } = statSync(path);
    expect({ uid, mode: mode & 0o777 }).toEqual({ uid: process.getuid?.(), mode: 0o600 });
    expect(studioToken(directory)).toBe(taken);
  });

  test.each<[string, (path: string) => void]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path)],
    ['a link to a token', (path) => symlinkSync(join(tokenOfAnother(), '.studio-token'), path)],
    [
      'gigabytes of nothing',
      (path) => {
        closeSync(openSync(path, 'w'));
        truncateSync(path, 3 * 1024 ** 3);
      },
    ],
  ])('given %s in the token’s place, then the studio takes a new one in its place', (_, put) => {
    const directory = temporaryDirectory();
    const path = join(directory, '.studio-token');
    put(path);
    vi.restoreAllMocks();
    const taken = studioToken(directory);
    expect(taken).not.toBe(token);
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(path, 'utf8').trim()).toBe(taken);
  });

  test.each([0o640, 0o604, 0o660])('given others may read it (%o), then it is refused', (mode) => {
    const path = join(temporaryDirectory(), '.studio-token');
    writeFileSync(path, `${token}\n`);
    chmodSync(path, mode);
    expect(readPlainFile(path, { largest: 1000, isPrivate: true })).toEqual({ refused: 'owned_by_another' });
  });
});
