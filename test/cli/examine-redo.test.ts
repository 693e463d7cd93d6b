import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { examine } from '../../src/cli/examine.js';
import { temporaryDirectory } from '../support/temporary.js';

const written = fileURLToPath(new URL('../journal/written/power-cut', import.meta.url));

test('given a journal of which a redo file has the last lines, and another that was put aside, when it is looked at, then both are told, and nothing is damage', () => {
  const directory = temporaryDirectory();
  const journal = join(directory, 'journal');
  mkdirSync(journal);
  cpSync(written, journal, { recursive: true });
  writeFileSync(join(journal, 'aside-redo-00000000000000aa.given-up.ndjson'), '');
  const { findings } = examine(directory);
  expect(findings.map(({ severity }) => severity)).toEqual(['note', 'note']);
  expect(findings.map(({ what }) => what)).toEqual([
    expect.stringMatching(
      /^the power went before the last \d+ lines of the journal were in its segment; its redo file has them/,
    ),
    expect.stringMatching(
      /aside-redo-00000000000000aa\.given-up\.ndjson has lines that do not follow from this journal/,
    ),
  ]);
});
