import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { markdownPieces } from '../../src/crew/offline/research/markdown-pieces.js';
import { readMarkdown } from '../../src/crew/offline/research/read-markdown.js';

const leftOut = async (text: string): Promise<string[]> =>
  (await readMarkdown(text, () => {})).blocks.flatMap(({ leftOut: why }) => why ?? []);

test('given a large file of links and nothing else, when it is read, then a part of it is left out for its markup, and what stands behind it is read', async () => {
  const prose = 'Bees dance to tell where food is.\n\n'.repeat(1200);
  const { blocks } = await readMarkdown('[a](b) [c](d)\n\n'.repeat(5000) + prose, () => {});
  expect(blocks.map(({ leftOut: why }) => why)).toContain('too_much_markup');
  expect(blocks.filter(({ text }) => text.startsWith('Bees dance')).length).toBeGreaterThan(1000);
});

test('given a fence that is none, when links stand behind it, then they are counted as links', async () => {
  const fenced = `<x>\n\`\`\`\n\n${'[a](b) '.repeat(400)}\n\n`;
  expect(await leftOut(fenced.repeat(100))).toContain('too_much_markup');
});

test('given the densest file of this repository and a long listing, when they are read, then nothing is left out for its markup', async () => {
  const api = readFileSync(fileURLToPath(new URL('../../docs/api/README.md', import.meta.url)), 'utf8');
  const listing = `Text.\n\n\`\`\`json\n${'{"a":[{"b":"c"}],"d":{}},\n'.repeat(4000)}\`\`\`\n\nMore text.\n\n`;
  expect(await leftOut(api.slice(0, 60_000))).not.toContain('too_much_markup');
  expect(await leftOut(listing.repeat(2))).not.toContain('too_much_markup');
});

test('given definitions, when a large file is cut, then a piece gets those that it refers to, does not have itself and are not too long', () => {
  const used = 'See [near], [far] and [long].\n\n';
  const text = `[near]: a\n\n${used}${'Plain text.\n\n'.repeat(3000)}[far]: b\n\n[long]: ${'c'.repeat(2000)}\n`;
  const [first, ...others] = [...markdownPieces(text)];
  expect(first?.definitions).toBe('[far]: b');
  expect(others.map(({ definitions }) => definitions).join('')).toBe('');
});
