import { expect, test } from 'vitest';
import { hasSecret, isNotInstalled, readAddress, withoutSecrets } from '../../src/disk/index.js';

test('given an address, then its passwords are known in each form in which they may be told', () => {
  const read = readAddress('https://ada:p%23ss-word@db/x?password=other');
  expect(read?.secrets).toEqual(['p%23ss-word', 'p#ss-word', 'other']);
  expect(Buffer.from(read?.basic ?? '', 'base64').toString()).toBe('ada:p#ss-word');
  expect(readAddress('https://db')?.secrets).toEqual([]);
  for (const text of ['no address', 'https://ada:%zz@db']) expect(readAddress(text)).toBeUndefined();
});

test('given a server repeats them, then they are found, and taken out; one that is in too many words is left', () => {
  const { secrets = [] } = readAddress('https://ada:p%23ss-word@db') ?? {};
  expect(hasSecret('wrong: p#ss-word', secrets)).toBe(true);
  expect(withoutSecrets('wrong: p#ss-word, p%23ss-word', secrets)).toBe('wrong: [redacted], [redacted]');
  expect(withoutSecrets('an answer', ['an'])).toBe('an answer');
});

test('given a package is there, and what it imports is not, then it is not the one that is missing', () => {
  const lacks = (name: string, code = 'ERR_MODULE_NOT_FOUND'): Error =>
    Object.assign(new Error(`Cannot find package '${name}' imported from /crew.js`), { code });
  expect(isNotInstalled(lacks('pg'), 'pg')).toBe(true);
  expect(isNotInstalled(lacks('pg', 'MODULE_NOT_FOUND'), 'pg')).toBe(true);
  expect(isNotInstalled(lacks('pg-types'), 'pg')).toBe(false);
  expect(isNotInstalled(lacks('pg', 'ENOENT'), 'pg')).toBe(false);
});
