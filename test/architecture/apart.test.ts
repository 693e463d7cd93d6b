import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { apart } from '../distributed/logs/apart.js';

test('given the tests that are not run over a log, then each is there, with a reason', () => {
  for (const [file, titles] of Object.entries(apart)) {
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    expect(existsSync(path), file).toBe(true);
    const text = readFileSync(path, 'utf8');
    for (const [beginning, why] of Object.entries(titles)) {
      expect(text.includes(beginning), `${file}: ${beginning}`).toBe(true);
      expect(why, beginning).not.toBe('');
    }
  }
});
