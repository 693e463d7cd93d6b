import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { tellStory } from './story.js';
import { startStudio } from './studio-process.js';

// Takes every view and dialog, wide and narrow, in light and dark colours, to be looked at: `run.mjs look <folder>`. Nothing of it is kept in the repository.
const [folder = 'look'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const parent = mkdtempSync(join(tmpdir(), 'showrunner-look-'));
const directory = join(parent, 'production');
process.env['HOME'] = parent;
const story = await tellStory(directory);
const studio = await startStudio(directory);
const browser = await launchChromium();
try {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 860 } });
      const page = await context.newPage();
      await page.goto(studio.link);
      await lookAt(page, `${colorScheme}-${width}`);
      await context.close();
    }
} finally {
  await browser.close();
  await studio.kill();
  rmSync(parent, { recursive: true, force: true });
}

async function lookAt(page: Page, look: string): Promise<void> {
  const take = async (name: string, fullPage = true): Promise<void> => {
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage });
  };
  const dialog = async (name: string, opens: string): Promise<void> => {
    await page.locator(opens).first().click();
    await page.locator('dialog[open]').waitFor();
    await take(`dialog-${name}`, false);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  };
  await page.locator('.row').first().waitFor();
  await take('board', false);
  await page.locator('[data-begin]').click();
  await page.locator('.more > summary').click();
  await take('dialog-begin', false);
  await page.keyboard.press('Escape');
  for (const name of ['review', 'held', 'failed', 'running', 'complete'] as const) {
    await page.goto(`${studio.origin}/#/episodes/${story[name]}`);
    await page.locator('.chart').waitFor();
    await page.locator('.timeline-slider').waitFor();
    if (name === 'review') await page.locator('.review .reader').waitFor();
    if (name === 'running') await page.locator('[data-operation] button').first().click();
    await take(`episode-${name}`);
    if (name === 'review') {
      await dialog('approve', '[data-action="approve"]');
      await dialog('edit', '[data-edit]');
      await dialog('budget', '[data-action="raiseBudget"]');
    }
    if (name === 'held') await dialog('held', '[data-answer]');
    if (name === 'running') {
      await dialog('fork', '[data-action="fork"]');
      await dialog('restore', '[data-restore]');
    }
    if (name === 'complete') await dialog('read', '[aria-label="Read polished_script.md"]');
  }
  await page.goto(`${studio.origin}/#/production`);
  await page.locator('.plot canvas').last().waitFor();
  await take('production');
}
