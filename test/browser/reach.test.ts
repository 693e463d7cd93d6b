import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { toldProduction } from '../studio/told.js';
import { findings } from './accessible.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

afterAll(closeBrowser);

describe('the page for everyone', () => {
  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'given %s colours at %i pixels, then axe finds nothing serious on any view, and nothing is wider than the screen',
    async (colorScheme, width) => {
      const { directory, story } = await toldProduction();
      mkdirSync(join(directory, '.hooks'));
      writeFileSync(
        join(directory, '.hooks', 'a.json'),
        '{"denied": 2, "unpriced": {"Read": 4}, "would_deny": {"mcp__elevenlabs__text_to_speech": 3}, "would_deny_usd": 1500000}',
      );
      const { page } = await open((await studioFor(directory)).link, { colorScheme, width });
      const found: string[] = [];
      const look = async (where: string): Promise<void> => {
        found.push(...(await findings(page, where)));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${where} is ${wide} px wider than the screen`);
      };
      await page.locator('.row').first().waitFor();
      await look('board');
      await goToEpisode(page, story.failed);
      await look('failed episode');
      await page.locator('.timeline-slider').fill('5');
      await page.locator('.banner-past').waitFor();
      await look('an episode’s past');
      await goToEpisode(page, story.review);
      await page.locator('[data-action="raiseBudget"]').click();
      await look('an action');
      await page.keyboard.press('Escape');
      await page.evaluate(() => {
        location.hash = '#/production';
      });
      await page.locator('.plot canvas').first().waitFor();
      await page.getByText('Numbers').first().click();
      expect(await page.locator('.hooks').textContent()).toBe(
        'HooksIn shadow they would have denied 3 calls, up to $1.50: mcp__elevenlabs__text_to_speech 3 ×They have denied 2 calls.Tools without a price were used 4 times: Read 4 ×',
      );
      await look('production');
      expect(found).toEqual([]);
    },
  );

  test('given only a keyboard, then one can find an episode, open it, and act', async () => {
    const { directory, story } = await toldProduction();
    const { page } = await open((await studioFor(directory)).link);
    await page.locator('.row').first().waitFor();
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.closest('[data-session]')?.getAttribute('data-session') ?? null,
      );
    await page.keyboard.press('j');
    expect(await focused()).toBe(story.review);
    await page.keyboard.press('j');
    expect(await focused()).toBe(story.held);
    await page.keyboard.press('k');
    // Far beyond what is drawn, too.
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('j');
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
    }
    expect(await focused()).not.toBeNull();

    await page.keyboard.press('/');
    await page.keyboard.type('in review');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('script.review');
    await expect.poll(() => page.locator('[data-session]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.locator('.row-link').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.chart').waitFor();
    await page.locator('[data-action="approve"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-action')))
      .toBe('approve');
    await page.keyboard.press('?');
    await expect
      .poll(() => page.locator('dialog[open]').textContent())
      .toContain('next and previous episode');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.locator('.plot').first().waitFor();
  });

  test('given an artifact with sound, when Play is pressed, then it can be played', async () => {
    const { directory, story } = await toldProduction();
    const { page } = await open((await studioFor(directory)).link);
    await goToEpisode(page, story.complete);
    await page.getByRole('button', { name: 'Play episode.wav' }).click();
    await expect
      .poll(() => page.locator('audio').evaluate((audio: HTMLAudioElement) => audio.duration))
      .toBeCloseTo(2, 1);
    await page.getByRole('button', { name: 'Read polished_script.md' }).click();
    await expect.poll(() => page.locator('.reader').textContent()).toContain('Robin');
  });
});
