import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

afterAll(closeBrowser);

const amount = (page: Page, row: string, what: string) =>
  page.locator(`[data-money="${row}"] [data-amount="${what}"]`);
const lit = (page: Page) => page.locator('.chart').getAttribute('data-state');
const commits = async (page: Page) => Number(await page.locator('.timeline').getAttribute('data-commits'));

async function opened(): Promise<{ directory: string; id: string; page: Page; link: string }> {
  const directory = join(temporaryDirectory(), 'production');
  const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
  const studio = await studioFor(directory);
  const { page } = await open(studio.link);
  await page.locator('[data-link="live"]').waitFor();
  return { directory, id, page, link: studio.link };
}

describe('the page, live', () => {
  test('given an episode’s page is open, when other processes work on the episode, then lit state, money, operations and timeline follow', async () => {
    const { directory, id, page } = await opened();
    await goToEpisode(page, id);
    expect(await lit(page)).toBe('initialized');
    expect(await commits(page)).toBe(1);

    await run(directory, 'phase', id, 'research', 'active');
    await expect.poll(() => lit(page)).toBe('research.active');
    await expect
      .poll(() =>
        page.locator('[data-lit]').evaluateAll((boxes) => boxes.map((box) => box.getAttribute('data-lit'))),
      )
      .toEqual(['research', 'research.active']);
    expect(await page.locator('.chart').getAttribute('aria-label')).toContain('phase.complete');
    await expect.poll(() => page.locator('.edge-open').count()).toBeGreaterThan(0);

    await run(directory, 'reserve', id, 'research', 'perplexity_query', '0.50', '--key', 'q1');
    await expect.poll(() => amount(page, 'research', 'reserved').textContent()).toBe('$0.50');
    await expect.poll(() => page.locator('[data-operation="q1"]').textContent()).toContain('reserved');
    expect(await amount(page, 'research', 'left').textContent()).toBe('$1.50');

    await run(directory, 'settle', id, 'q1', '0.35');
    await expect.poll(() => amount(page, 'research', 'spent').textContent()).toBe('$0.35');
    await expect.poll(() => page.locator('[data-operation="q1"]').textContent()).toContain('settled');
    expect(await amount(page, 'research', 'reserved').textContent()).toBe('–');
    await expect.poll(() => page.locator('.today').textContent()).toContain('$0.35');

    await run(directory, 'phase', id, 'research', 'complete');
    await expect.poll(() => lit(page)).toBe('script.pending');
    await expect.poll(() => commits(page)).toBe(5);
    expect(await page.locator('.timeline-now').textContent()).toContain('5 of 5');
  });

  test('given the board is open, when another process makes episodes, fails one and spends, then the board shows it', async () => {
    const { directory, id, page } = await opened();
    await page.locator(`[data-session="${id}"]`).waitFor();
    const second = (
      await run(directory, 'create', '--topic', 'How lighthouses found their rhythm')
    ).stdout.trim();
    await page.locator(`[data-session="${second}"]`).waitFor();

    await run(directory, 'phase', second, 'research', 'active');
    await run(directory, 'cost', second, 'research', 'perplexity_query', '1.25');
    await expect
      .poll(() => page.locator(`[data-session="${second}"] .cell-money`).textContent())
      .toContain('$1.25');
    await run(directory, 'phase', second, 'research', 'failed', '--error', 'the provider is overloaded');
    await expect
      .poll(() => page.locator(`[data-session="${second}"] .cell-state`).textContent())
      .toContain('failed');
    // What needs a person comes first.
    await expect.poll(() => page.locator('[data-session]').first().getAttribute('data-session')).toBe(second);
    expect(await page.locator('.group-needs').count()).toBe(1);
  });

  test('given a crew in another process makes a whole episode, then the page ends where the episode does, with its artifacts', async () => {
    const { directory, id, page } = await opened();
    await goToEpisode(page, id);
    const made = await run(
      directory,
      'produce',
      id,
      '--crew',
      join(import.meta.dirname, '../support/slow-crew.mjs'),
      '--minutes',
      '0.1',
    );
    expect(made.code).toBe(0);
    await expect.poll(() => lit(page)).toBe('complete');
    await expect
      .poll(() => page.locator('.money-table tfoot [data-amount="spent"]').textContent())
      .toBe('$0.45');
    await expect.poll(() => page.locator('[data-operation]').count()).toBe(9);
    const history = (await run(directory, 'history', id, '--json')).json() as { events: unknown[] };
    await expect.poll(() => commits(page)).toBe(history.events.length);
    await page.getByRole('button', { name: 'Read script.txt' }).click();
    await expect.poll(() => page.locator('.reader').textContent()).toBe('script');
  });

  test('given a worker is killed, then the episode’s page and the board say by themselves that nobody works on it, though nobody commits', async () => {
    const { directory, id, page, link } = await opened();
    const board = await page.context().newPage();
    await board.goto(link);
    await goToEpisode(page, id);
    const crew = join(import.meta.dirname, '../support/slow-crew.mjs');
    const worker = start(directory, [
      'work',
      '--crew',
      crew,
      '--minutes',
      '60',
      '--by',
      'bob of the second floor',
    ]);
    await page.locator('.episode-meta', { hasText: /held by bob/ }).waitFor();
    await board.locator(`[data-session="${id}"] .row-worker`, { hasText: 'bob' }).waitFor();
    // One line, whatever his name: a row of the board has its height.
    const line = await board.locator(`[data-session="${id}"] .session`).boundingBox();
    expect(line?.height).toBeLessThan(24);
    await worker.said('research call 1');
    worker.kill('SIGKILL');
    await worker.ended;
    await page.locator('[data-work="nobody"]', { hasText: `showrunner produce ${id}` }).waitFor();
    expect(await page.locator('.episode-meta').textContent()).not.toContain('held by');
    await board.locator(`[data-session="${id}"] .need-idle`).waitFor();
    expect(await board.locator('.row-worker').count()).toBe(0);
  });
});
