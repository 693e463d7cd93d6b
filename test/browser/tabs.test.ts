import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, open } from './watched-page.js';

afterAll(closeBrowser);

test('given seven tabs of one browser, then all are live, any of them can act, and when the one with the connection closes another has it', async () => {
  const directory = join(temporaryDirectory(), 'production');
  await run(directory, 'create', '--topic', 'Bees');
  const studio = await studioFor(directory);
  const { page } = await open(studio.link);
  const tabs = [page];
  while (tabs.length < 7) {
    const tab = await page.context().newPage();
    await tab.goto(studio.link);
    tabs.push(tab);
  }
  for (const tab of tabs) await tab.locator('[data-link="live"]').waitFor();
  await expectShown(tabs, (await run(directory, 'create', '--topic', 'Wasps')).stdout.trim());
  const [first] = tabs;
  expect(await first?.evaluate(() => fetch('/').then(({ status }) => status))).toBe(200);

  await first?.close();
  const left = tabs.slice(1);
  await expectShown(left, (await run(directory, 'create', '--topic', 'Hornets')).stdout.trim());
  for (const tab of left) await tab.locator('[data-link="live"]').waitFor();
});

/** Each tab has the episode on its board. */
async function expectShown(tabs: readonly Page[], id: string): Promise<void> {
  for (const tab of tabs) await tab.locator(`[data-session="${id}"]`).waitFor();
}
