import { afterAll, describe, expect, test } from 'vitest';
import { ProductionStateManager, defineCrew, type AskOptions } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { findings } from './accessible.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, goToEpisode, open, type WatchedPage } from './watched-page.js';

afterAll(closeBrowser);

interface Asked extends WatchedPage {
  /** Goes on with the episode until it is complete; gives what the worker was told. */
  goOn: () => Promise<unknown>;
}

/** The page of an episode whose script's worker has asked. */
async function asked(question: Partial<AskOptions>): Promise<Asked> {
  const directory = temporaryDirectory();
  const answers: unknown[] = [];
  const crew = defineCrew({
    research: () => Promise.resolve(null),
    script: async ({ ask }) =>
      answers.push(await ask({ key: 'title', question: 'Which title?', ...question })),
    audio: () => Promise.resolve(null),
  });
  const work = async (): Promise<string> => {
    const manager = await ProductionStateManager.open({ directory });
    const { outcome, sessionId } = await manager.produce({ key: 'bees', topic: 'Bees' }, crew);
    await manager.close();
    expect(outcome).toBe(answers.length === 0 && isFirst ? 'waiting' : 'complete');
    isFirst = false;
    return sessionId;
  };
  let isFirst = true;
  const id = await work();
  const watched = await open((await studioFor(directory)).link);
  await watched.page.locator('.row').first().waitFor();
  await goToEpisode(watched.page, id);
  return {
    ...watched,
    async goOn() {
      await work();
      return answers;
    },
  };
}

describe('a worker’s question on the page', () => {
  test('given choices, when a person takes one with the keyboard, then the worker goes on with it', async () => {
    const { page, goOn } = await asked({ choices: ['Why bees dance', 'Bees'] });
    expect(await page.locator('.need-list').textContent()).toContain('script asks: Which title?');
    expect(await page.locator('[data-answer]').count()).toBe(0);
    await page.locator('[data-question="title"]').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('dialog[open]').textContent()).toContain('Which title?');
    expect(await findings(page, 'the dialog of a question')).toEqual([]);
    await page.getByRole('radio', { name: 'Why bees dance' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await page.locator('[data-question]').waitFor({ state: 'detached' });
    expect(await goOn()).toEqual(['Bees']);
  });

  test('given a schema, when an answer does not fit, then the page says why, and takes one that does', async () => {
    const { page, goOn, expectFailedRequests } = await asked({ schema: { type: 'number', minimum: 1 } });
    expectFailedRequests();
    await page.locator('[data-question="title"]').click();
    await page.getByLabel('Your answer').fill('many');
    await page.locator('[data-confirm="question"]').click();
    await expect
      .poll(() => page.locator('dialog [role="alert"]').textContent())
      .toContain('does not fit its schema');
    await page.getByLabel('Your answer').fill('3');
    await page.locator('[data-confirm="question"]').click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await goOn()).toEqual([3]);
  });
});
