import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

afterAll(closeBrowser);

async function withPast(): Promise<{ directory: string; id: string }> {
  const directory = join(temporaryDirectory(), 'production');
  const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
  await run(directory, 'phase', id, 'research', 'active');
  await run(directory, 'reserve', id, 'research', 'perplexity_query', '0.50', '--key', 'q1');
  await run(directory, 'settle', id, 'q1', '0.35');
  await run(directory, 'phase', id, 'research', 'complete');
  return { directory, id };
}

describe('the timeline', () => {
  test('given the slider is moved back, then state, money and operations are as they were, and nothing can be done; Escape goes back to now', async () => {
    const { directory, id } = await withPast();
    const { page } = await open((await studioFor(directory)).link);
    await goToEpisode(page, id);
    const state = () => page.locator('.chart').getAttribute('data-state');
    const money = (what: string) =>
      page.locator(`[data-money="research"] [data-amount="${what}"]`).textContent();
    await expect.poll(state).toBe('script.pending');

    await page.locator('.timeline-slider').fill('2');
    await expect.poll(state).toBe('research.active');
    expect(await money('reserved')).toBe('$0.50');
    expect(await money('spent')).toBe('$0.00');
    expect(await page.locator('[data-operation="q1"]').textContent()).toContain('reserved');
    expect(await page.locator('.actions').isVisible()).toBe(false);

    await page.keyboard.press(']');
    await expect.poll(() => money('spent')).toBe('$0.35');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    await expect.poll(() => page.locator('[data-operation="q1"]').count()).toBe(0);

    // Now goes on meanwhile, and the past stays where it is.
    await run(directory, 'phase', id, 'script', 'active');
    await expect.poll(() => page.locator('.timeline').getAttribute('data-commits')).toBe('6');
    expect(await state()).toBe('research.active');

    await page.keyboard.press('Escape');
    await expect.poll(state).toBe('script.active');
    expect(await page.locator('.actions').isVisible()).toBe(true);
  });
});
