import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

const crew = fileURLToPath(new URL('../support/hostile-crew.mjs', import.meta.url));
afterAll(closeBrowser);

const markup = [
  '<img src="x" onerror="window.owned = 1">',
  '<svg onload="window.owned = 1"><script>window.owned = 1</script></svg>',
  '"><iframe srcdoc="<script>parent.owned = 1</script>"></iframe><a href="javascript:owned = 1">',
  '</textarea></title></style><base href="http://evil.example/"><form action="http://evil.example/">',
];
const words = markup.map((_text, index) => `plain words of the number ${index + 1}`);

/** A production in which each of these texts stands wherever a crew and a person can put it. */
async function saying(texts: readonly string[]): Promise<{ directory: string; id: string }> {
  const directory = join(temporaryDirectory(), 'production');
  const file = join(temporaryDirectory(), 'texts.json');
  writeFileSync(file, JSON.stringify(texts));
  const topic = texts.join(' ').slice(0, 400);
  await start(directory, ['produce', '--topic', topic, '--crew', crew], { SHOWRUNNER_HOSTILE: file }).ended;
  const id = readdirSync(directory).find((name) => name.startsWith('ep_')) ?? '';
  const [first = '', second = '', third = ''] = texts;
  await run(directory, 'policy', 'set', 'dailyCap', '41', '--reason', first, '--by', second);
  await run(directory, 'budget', id, 'total', '+1', '--reason', second, '--by', third);
  await run(directory, 'cancel', id, '--reason', third, '--by', first);
  return { directory, id };
}

/** Every element that the page has in this view, as its name and the names of its attributes. */
const elementsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('*')].map(
      (element) => `${element.tagName} ${element.getAttributeNames().toSorted().join(' ')}`,
    ),
  );

/** What each view of such a production is made of. */
async function seen(texts: readonly string[]): Promise<{ elements: Set<string>; text: string }> {
  const { directory, id } = await saying(texts);
  const { page } = await open((await studioFor(directory)).link);
  const elements = new Set<string>();
  let text = '';
  const look = async (): Promise<void> => {
    for (const each of await elementsOf(page)) elements.add(each);
    text += await page.locator('body').innerText();
  };
  await page.locator('.row').first().waitFor();
  await look();
  await goToEpisode(page, id);
  await page.getByText('notes.md').first().waitFor();
  await look();
  await page.getByText('notes.md').first().click();
  await page.waitForTimeout(500);
  await look();
  await page.keyboard.press('Escape');
  await page.locator('.timeline-slider').fill('4');
  await page.locator('.banner-past').waitFor();
  await look();
  for (const hash of ['#/production', '#/actors', '#/']) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.waitForTimeout(500);
    await look();
  }
  expect(await page.evaluate('window.owned')).toBeUndefined();
  return { elements, text };
}

test('given markup in each text that a crew and a person can write, when every view is looked at, then the page has no element and no attribute that it has not for plain words, and shows the texts', async () => {
  const plain = await seen(words);
  const hostile = await seen(markup);
  expect([...hostile.elements].filter((element) => !plain.elements.has(element))).toEqual([]);
  expect(plain.text).toContain('plain words of the number 2');
  expect(hostile.text).toContain('<svg onload=');
});

test('given orders of direction in each text that a crew and a person can write, when every view is looked at, then they are shown and not obeyed', async () => {
  const orders = ['\u202e', '\u202d', '\u2067', '\u202b'];
  const { text } = await seen(orders.map((order, index) => `${index + 1} dollars ${order}sdnasuoht`));
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(text).toContain(String.raw`1 dollars \u202esdnasuoht`);
});
