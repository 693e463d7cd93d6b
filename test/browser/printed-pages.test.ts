import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extract, type Extract } from '../../src/crew/offline/research/extract.js';
import { wordsInOrder } from '../crew/offline/second-renderer.js';
import { launchChromium } from '../studio/chromium.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A page as a person sees it in a browser, and what is read of it once it is printed. */
async function printed(html: string): Promise<{ seen: string; read: Extract }> {
  const page = await browser.newPage();
  try {
    await page.setContent(html);
    const seen = wordsInOrder(await page.evaluate(() => document.body.innerText));
    const read = await extract('pdf', new Uint8Array(await page.pdf({ printBackground: true })), () => {});
    return { seen, read };
  } finally {
    await page.close();
  }
}

test('given the pages of docs and of packages are printed, when the PDFs are read, then what is quoted stands on the page, word for word', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const ours = ['architecture', 'crews', 'sources'].map((name) => `${name}.md`);
  const theirs = ['fast-check', 'pdfkit'].map((name) => `${name}/README.md`);
  const files = [
    ...ours.map((name) => join(root, 'docs', name)),
    ...theirs.map((name) => join(root, 'node_modules', name)),
  ];
  const changed: string[] = [];
  let kept = 0;
  for (const file of files) {
    const { seen, read } = await printed(marked.parse(readFileSync(file, 'utf8'), { async: false }));
    for (const { text } of read.sentences) {
      kept += 1;
      if (!seen.includes(wordsInOrder(text))) changed.push(`${file}: ${text}`);
    }
  }
  expect(changed).toEqual([]);
  expect(kept).toBeGreaterThan(50);
}, 120_000);

test('given words that are struck out, unseen, marked or in a list, when the page is printed and read, then it is as a person sees it', async () => {
  const about = (name: string, word = 'not'): string =>
    `The keeper ${name} did ${word} open the wooden door of the old house.`;
  const { read } = await printed(`<body style="font: 14px serif">
    <p>${about('Anna')} ${about('Berta', '<s>not</s>')} ${about('Clara', '<u>not</u>')}</p>
    <p style="color: white">${about('Dora')}</p>
    <p style="background: #224; color: white">${about('Emma')}</p>
    <p>${about('Frida', '<span style="background: #000">not</span>')}</p>
    <p>${about('Greta', '<mark>not</mark>')}</p>
    <p>${about('Hanna', '<span style="opacity: 0">not</span>')}</p>
    <p>${about('Ida', '<span style="color: #fff">not</span>')}</p>
    <ul><li>The list of Julia never ends with the door;<li>and it does not begin with the door of the house.<li>${about('Karla')}</ul>
    <p><a href="https://example.org/">${about('Lena')}</a></p>`);
  expect(read.sentences.map(({ text }) => text)).toEqual(
    ['Anna', 'Clara', 'Emma', 'Greta', 'Karla', 'Lena'].map((name) => about(name)),
  );
  // Of a word that lets everything through, only its place is printed.
  expect(read.leftOut).toEqual({ struck_out: 1, hidden_words: 3, columns: 1, no_end: 1, no_beginning: 1 });
});
