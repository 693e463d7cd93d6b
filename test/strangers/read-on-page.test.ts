import type { Token, Tokens } from 'marked';
import { expect, test } from 'vitest';
import { blocksOf } from '../../src/studio/page/parts/blocks-of.js';
import { families, type Family } from './hostile-documents.js';

/** As much as a page shows of a file, and a file of usual size. */
const sizes = [20_000, 250_000];
const longestMs = 5_000;

const more: Pick<Family, 'name' | 'make'>[] = [
  ['emphasis in emphasis', (n: number) => `${'*a **a '.repeat(n / 14)}${' a** a*'.repeat(n / 14)}`],
  ['underscores in underscores', (n: number) => `${'_a '.repeat(n / 6)}${'a_ '.repeat(n / 6)}`],
  [
    'lists that go deeper',
    (n: number) => Array.from({ length: Math.sqrt(n) }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n'),
  ],
  ['blocks that are each bearable', (n: number) => `${'a*b'.repeat(500)}\n\n`.repeat(n / 1500)],
].map(([name, make]) => ({
  name: name as string,
  make: (n) => Buffer.from((make as (n: number) => string)(n)),
}));

function depthOf(tokens: readonly Token[]): number {
  return tokens.reduce((deepest, token) => {
    const within =
      token.type === 'list'
        ? (token as Tokens.List).items.flatMap((item) => item.tokens)
        : ('tokens' in token && token.tokens) || [];
    return Math.max(deepest, 1 + depthOf(within));
  }, 0);
}

test.each([...families, ...more])(
  'given $name, when a person opens it in the studio, then the page is not held up, and shows it as prose or as it is',
  ({ make }) => {
    for (const bytes of sizes) {
      const text = Buffer.from(make(bytes)).toString('utf8');
      const from = performance.now();
      const blocks = blocksOf(text);
      expect(performance.now() - from).toBeLessThan(longestMs);
      expect(depthOf(blocks ?? [])).toBeLessThan(50);
    }
  },
);

test('given a text as people write it, then it is shown as prose', () => {
  const section = `# Why bees dance\n\nBees *dance* to tell where [food](https://example.com/a_b) is.\n\n${'- a [source](https://example.com/some_page) of **1973**, p. 12\n'.repeat(100)}\n---\n\n| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(50)}\n`;
  expect(blocksOf(section.repeat(10))?.length).toBeGreaterThan(60);
});
