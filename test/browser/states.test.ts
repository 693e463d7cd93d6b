import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

afterAll(closeBrowser);

describe('what the page shows when there is little to show', () => {
  test('given an empty production, then the page says how to begin, and the first episode appears by itself', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const { page } = await open((await studioFor(directory)).link);
    await page.getByText('No episodes yet').waitFor();
    await page.evaluate(() => {
      location.hash = '#/production';
    });
    await page.getByText('Nothing to measure yet').waitFor();
    await page.evaluate(() => {
      location.hash = '#/';
    });
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    await expect.poll(() => page.locator('[data-session]').getAttribute('data-session')).toBe(id);
  });

  test('given no token, or a wrong one, then the page says where to find the link; the token leaves the address bar', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const studio = await studioFor(directory);
    const { page } = await open(`${studio.origin}/`);
    await page.getByText('Open the studio from its link').waitFor();
    await page.goto(studio.link);
    await page.getByText('No episodes yet').waitFor();
    expect(new URL(page.url()).hash).toBe('#/');

    const wrong = await open(`${studio.origin}/`);
    wrong.expectFailedRequests();
    await wrong.page.goto(`${studio.origin}/#token=wrong`);
    await wrong.page.getByText('This link is no longer good').waitFor();
  });

  test('given an address of an episode that does not exist, then the page says so', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const studio = await studioFor(directory);
    const { page, expectFailedRequests } = await open(studio.link);
    expectFailedRequests();
    await page.evaluate(() => {
      location.hash = '#/episodes/ep_999_20260101_000000';
    });
    await expect.poll(() => page.locator('main').textContent()).toContain('There is no such episode');
  });

  test('given the server dies, when it is started anew, then the page says so, connects by itself, and shows what happened meanwhile', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const first = await studioFor(directory);
    const { page, expectFailedRequests } = await open(first.link);
    expectFailedRequests();
    await goToEpisode(page, id);
    await page.locator('[data-link="live"]').waitFor();

    await first.kill();
    await page.locator('[data-link="waiting"]').waitFor();
    await run(directory, 'phase', id, 'research', 'active');
    await studioFor(directory, first.port);
    // The production keeps its token, so the page needs no new link.
    await page.locator('[data-link="live"]').waitFor();
    await expect.poll(() => page.locator('.chart').getAttribute('data-state')).toBe('research.active');
    await expect.poll(() => page.locator('.timeline').getAttribute('data-commits')).toBe('2');
  });
});
