import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptToken, readToken } from '../../src/disk/index.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given a folder that is not there yet, as before the first episode, when a token is kept in it, then it lies there, its owner’s alone, and stays the same', () => {
  const path = join(temporaryDirectory(), 'studio', 'production', '.mcp-token');
  const token = keptToken(path);
  expect(readToken(path)).toBe(token);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(keptToken(path)).toBe(token);
});
