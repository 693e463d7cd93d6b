import { afterAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { ProductionStateManager } from '../../src/index.js';
import { run } from '../support/cli.js';
import type { Story } from '../studio/story.js';
import { temporaryDirectory } from '../support/temporary.js';
import { toldProduction } from '../studio/told.js';
import { studioFor } from './studio-for.js';
import { findings } from './accessible.js';
import { closeBrowser, goToEpisode, open } from './watched-page.js';

afterAll(closeBrowser);

async function told(): Promise<{
  directory: string;
  story: Story;
  page: Page;
  expectFailedRequests: () => void;
}> {
  const { directory, story } = await toldProduction();
  const { page, expectFailedRequests } = await open((await studioFor(directory)).link);
  await page.locator('.row').first().waitFor();
  return { directory, story, page, expectFailedRequests };
}

async function events(directory: string, id: string): Promise<Record<string, unknown>[]> {
  const answer = (await run(directory, 'history', id, '--json')).json() as {
    events: { event: Record<string, unknown> }[];
  };
  return answer.events.map(({ event }) => event);
}

const state = (page: Page) => page.locator('.chart').getAttribute('data-state');

const mostPresses = 80;

/** Presses a key until what has the focus is of the selector. */
async function press(page: Page, key: string, selector: string): Promise<void> {
  for (let presses = 0; presses < mostPresses; presses++) {
    await page.keyboard.press(key);
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    );
    if (isThere) return;
  }
  throw new Error(`${key}, pressed ${mostPresses} times, does not lead to ${selector}`);
}

async function confirm(page: Page, action: string): Promise<void> {
  await page.locator(`[data-confirm="${action}"]`).click();
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
}

describe('what people do on the page', () => {
  test('given a phase in review, when it is approved on the page, then the journal says who approved it, and the page moves on', async () => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.review);
    await page.locator('[data-action="approve"]').click();
    await page.getByLabel('Reason').fill('reads well');
    await confirm(page, 'approve');
    await expect.poll(() => state(page)).toBe('audio.pending');
    expect(await events(directory, story.review)).toContainEqual(
      expect.objectContaining({ type: 'review.approve', phase: 'script', reason: 'reads well' }),
    );
  });

  test('given a phase in review, when it is rejected without a reason, then nothing is sent; with one, the worker’s phase is active again', async () => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.review);
    await page.locator('[data-action="reject"]').click();
    await page.locator('[data-confirm="reject"]').click();
    expect(await page.locator('dialog[open]').count()).toBe(1);
    expect(await state(page)).toBe('script.review');
    await page.getByLabel('Reason').fill('the ending is missing');
    await confirm(page, 'reject');
    await expect.poll(() => state(page)).toBe('script.active');
    expect(await events(directory, story.review)).toContainEqual(
      expect.objectContaining({ type: 'review.reject', reason: 'the ending is missing' }),
    );
  });

  test('given the board and only a keyboard, when a held call is found and answered with its cost and result, then the journal has both, and nobody is waited for', async () => {
    const { directory, story, page } = await told();
    await press(page, 'j', `[data-session="${story.held}"] *`);
    await page.keyboard.press('Enter');
    await page.locator('.chart').waitFor();
    await press(page, 'Tab', '[data-answer]');
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    for (const fact of ['perplexity_query in research', `${story.held}:overview`, 'between call and settle'])
      expect(await dialog.textContent()).toContain(fact);
    expect(await findings(page, 'the dialog of a held call')).toEqual([]);
    await press(page, 'Tab', '[name="choice"]:checked');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await press(page, 'Tab', '[name="amount"]');
    await page.keyboard.type('0.35');
    await press(page, 'Tab', '[name="result"]');
    await page.keyboard.type('{"notes": "Bees dance."');
    await press(page, 'Tab', '[data-confirm="answer"]');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('not JSON');
    await press(page, 'Shift+Tab', '[name="result"]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('}');
    await press(page, 'Tab', '[data-confirm="answer"]');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('[data-answer]').count()).toBe(0);
    expect(await events(directory, story.held)).toContainEqual(
      expect.objectContaining({
        type: 'operation.settled',
        cost: 350_000,
        result: { json: '{"notes":"Bees dance."}' },
      }),
    );
  });

  test('given a cost that nobody told, when it is corrected by the keyboard alone, then the books say both amounts, by whom and why, and the page shows it', async () => {
    const directory = temporaryDirectory();
    const manager = await ProductionStateManager.open({ directory });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    const work = { sessionId, phase: 'research', operation: 'ask' } as const;
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.addCost({ ...work, cost: '0.50', key: 'q 1' });
    await manager.addCost({ ...work, cost: '0.10' });
    await manager.close();
    const { page } = await open((await studioFor(directory)).link);
    await page.locator('.row').first().waitFor();
    await goToEpisode(page, sessionId);
    for (const row of await page.locator('button.operation-row').all()) {
      await row.focus();
      await page.keyboard.press('Enter');
    }
    await expect.poll(() => page.locator('.operation-details').count()).toBe(2);
    // What has no key cannot be corrected.
    expect(await page.locator('[data-correct]').count()).toBe(1);
    await page.locator('[data-correct="q 1"]').focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    for (const fact of ['ask in research', 'q 1', '$0.50'])
      expect(await dialog.textContent()).toContain(fact);
    expect(await findings(page, 'the dialog of a correction')).toEqual([]);
    await dialog.getByLabel('It did cost').fill('0.12');
    await dialog.getByLabel('Reason').fill('the invoice says so');
    await page.keyboard.press('Tab');
    await confirm(page, 'correct');
    expect(await events(directory, sessionId)).toContainEqual(
      expect.objectContaining({
        type: 'cost.corrected',
        was: 500_000,
        cost: 120_000,
        reason: 'the invoice says so',
      }),
    );
    await expect
      .poll(() => page.locator('[data-operation="q 1"]').textContent())
      .toContain('$0.12 corrected');
  });

  test.each([
    ['it did not happen', /^It did not happen/, '', 'operation.released'],
    ['somebody gives up', /^Give up/, 'the guest withdrew', 'episode.cancelled'],
  ])('given a held call, when %s, then the journal says so', async (_what, choice, reason, type) => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.held);
    await page.locator('[data-answer]').click();
    await page.getByRole('radio', { name: choice }).check();
    if (reason !== '') await page.getByLabel('Reason').fill(reason);
    await confirm(page, 'answer');
    await expect
      .poll(async () => (await events(directory, story.held)).map((event) => event['type']))
      .toContain(type);
  });

  test('given a failed episode, when it is recovered at an earlier phase by its plan, then it goes on from there', async () => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.failed);
    expect(await page.getByText('503').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Recover at script' }).click();
    expect(await page.getByRole('radio', { name: /^script/ }).isChecked()).toBe(true);
    await confirm(page, 'recover');
    await expect.poll(() => state(page)).toMatch(/^script\./);
    expect(await events(directory, story.failed)).toContainEqual(
      expect.objectContaining({ type: 'recovery.resume', phase: 'script' }),
    );
  });

  test('given a budget stop, when the budget is raised with a reason, then the journal has it in cents, and the episode can be recovered', async () => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.overBudget);
    await page.locator('[data-action="raiseBudget"]').click();
    await page.getByLabel('Add').fill('1.25');
    await page.getByLabel('Reason').fill('the topic is worth it');
    await confirm(page, 'raiseBudget');
    await expect
      .poll(() => page.locator('[data-money="episode"] [data-amount="budget"]').textContent())
      .toBe('$2.75');
    expect(await events(directory, story.overBudget)).toContainEqual(
      expect.objectContaining({ type: 'budget.raise', scope: 'total', reason: 'the topic is worth it' }),
    );
    await page.locator('[data-action="recover"]').click();
    await confirm(page, 'recover');
    await expect.poll(() => state(page)).toMatch(/^research\./);
  });

  test('given a running episode, when it is paused, resumed, cancelled and archived, each is confirmed first and lands', async () => {
    const { directory, story, page } = await told();
    await goToEpisode(page, story.running);
    for (const [action, reason, then] of [
      ['pause', 'lunch', 'script.paused'],
      ['resume', '', 'script.active'],
      ['cancel', 'the guest withdrew', 'failed'],
      ['archive', '', 'archived'],
    ] as const) {
      await page.locator(`[data-action="${action}"]`).click();
      if (reason !== '') await page.getByLabel('Reason').fill(reason);
      await confirm(page, action);
      await expect.poll(() => state(page)).toBe(then);
    }
    const types = (await events(directory, story.running)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual(['phase.pause', 'phase.resume', 'episode.cancelled', 'episode.archive']);
    expect(
      await page
        .locator('[data-action]')
        .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('data-action'))),
    ).toEqual(['fork', 'unarchive']);
  });

  test('given the engine refuses an action, then the window stays and says why', async () => {
    const { directory, story, page, expectFailedRequests } = await told();
    expectFailedRequests();
    await goToEpisode(page, story.running);
    await page.locator('[data-action="raiseBudget"]').click();
    await page.getByLabel('Add').fill('1.00');
    await page.getByLabel('Reason').fill('too late');
    // Someone else is quicker, while the page is being filled in.
    await run(directory, 'cancel', story.running, '--reason', 'no guest');
    await run(directory, 'archive', story.running);
    await page.locator('[data-confirm="raiseBudget"]').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('archived');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
  });
});
