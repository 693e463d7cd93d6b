import { mkdtempSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { tellStory } from './story.js';
import { startStudio } from './studio-process.js';

// Takes the pictures of docs/studio.md from a production that was made through the real API and is served by the real studio.
const folder = 'docs/images';
const largest = 250_000;
/** The rest of a long page is tables that the text tells of. */
const tallest = 1560;

const parent = mkdtempSync(join(tmpdir(), 'showrunner-pictures-'));
const directory = join(parent, 'production');
// The pictures show the directory, and nobody's home belongs in them.
process.env['HOME'] = parent;
mkdirSync(folder, { recursive: true });
const story = await tellStory(directory);
const studio = await startStudio(directory);
const browser = await launchChromium();
try {
  const page = await (
    await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 860 } })
  ).newPage();
  await page.goto(studio.link);
  await page.locator('.row').first().waitFor();
  await take(page, 'studio-board');
  await page.goto(`${studio.origin}/#/episodes/${story.running}`);
  await page.locator('.chart').waitFor();
  await take(page, 'studio-episode', true);
  await page.goto(`${studio.origin}/#/episodes/${story.review}`);
  await page.locator('.review .prose-heading').waitFor();
  await page.locator('.timeline-slider').waitFor();
  await take(page, 'studio-review');
  await page.goto(`${studio.origin}/#/production`);
  await page.locator('.plot canvas').last().waitFor();
  await take(page, 'studio-production', true);
} finally {
  await browser.close();
  await studio.kill();
  rmSync(parent, { recursive: true, force: true });
}

async function take(page: Page, name: string, fullPage = false): Promise<void> {
  await page.locator('[data-link="live"]').waitFor();
  // Two frames: what has arrived is drawn in the next one.
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
  const path = join(folder, `${name}.png`);
  const height = Math.min(tallest, await page.evaluate<number>('document.documentElement.scrollHeight'));
  await page.screenshot({
    path,
    ...(fullPage ? { fullPage, clip: { x: 0, y: 0, width: 1280, height } } : {}),
  });
  const { size } = statSync(path);
  if (size > largest)
    throw new Error(`${path} has ${size} bytes; pictures in the repository have at most ${largest}`);
  console.log(`${path} ${Math.round(size / 1000)} kB`);
}
