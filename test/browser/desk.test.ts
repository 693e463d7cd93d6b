import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { defineCrew, type ProductionStateManager } from '../../src/index.js';
import { findings } from './accessible.js';
import { goToEpisode } from './watched-page.js';
import { oneStudio, type OneStudio } from './one-studio.js';

const hostile = '<img src="x" onerror="alert(1)"> [a page](javascript:alert(2))';
const crew = defineCrew({
  async research({ operation }) {
    return operation('query', { key: 'q1', maxCost: '0.10' }, () =>
      Promise.resolve({ result: { notes: ['Bees dance.'] }, cost: '0.05' }),
    );
  },
  async script({ writeArtifact }) {
    await writeArtifact('script.md', `# Why bees dance\n\n**Ann** Good evening.\n\n${hostile}\n`);
    await writeArtifact('lines.json', JSON.stringify([{ speaker: 'Ann', text: 'Good evening.' }]));
    return { words: 2 };
  },
  async audio({ readArtifact, writeArtifact }) {
    await writeArtifact('spoken.txt', (await readArtifact('script/script.md')) ?? '');
  },
});

let manager: ProductionStateManager;
let watched: OneStudio['watched'];
let page: Page;
let reviews = 0;

oneStudio((one) => {
  ({ manager, watched } = one);
  ({ page } = watched);
});

const dialog = () => page.locator('dialog[open]');
const state = () => page.locator('.chart').getAttribute('data-state');
const history = async (id: string) => (await manager.history(id)).map(({ event }) => event);
const episodeOnPage = (): string => new URL(page.url()).hash.replace('#/episodes/', '');

async function confirm(action: string): Promise<void> {
  await page.locator(`[data-confirm="${action}"]`).click();
  await dialog().waitFor({ state: 'detached' });
}

/** Opens a dialog, in which axe finds nothing serious. */
async function ask(selector: string): Promise<void> {
  await page.locator(selector).click();
  await dialog().waitFor();
  expect(await findings(page, selector)).toEqual([]);
}

/** The page of an episode whose script waits for a person. */
async function inReview(): Promise<string> {
  const { sessionId, outcome } = await manager.produce(
    { key: `review ${++reviews}`, topic: 'Bees', approvals: ['script'] },
    crew,
  );
  expect(outcome).toBe('waiting');
  await goToEpisode(page, sessionId);
  await page.locator('.review .reader').waitFor();
  return sessionId;
}

describe('what people begin, judge, change and go back to on the page', () => {
  test('given a topic, a gate, a budget and a key, when an episode is begun, then its page says that nobody works on it and which commands do; a key that is taken is refused in words', async () => {
    await ask('[data-begin]');
    await page.locator('.more > summary').click();
    await page.locator('[data-confirm="begin"]').click();
    // A topic is asked for, and nothing was sent.
    expect(await dialog().count()).toBe(1);
    await page.keyboard.press('Escape');
    await ask('[data-begin]');
    // Where one types first has the focus.
    await page.keyboard.type('Why bees dance');
    await page.locator('.more > summary').click();
    await dialog().getByLabel('script', { exact: true }).first().check();
    await dialog().getByLabel('whole episode').fill('3.50');
    await dialog().getByLabel('Key').fill('bees');
    expect(await findings(page, 'a filled beginning')).toEqual([]);
    await confirm('begin');
    await page.locator('.chart').waitFor();
    const id = episodeOnPage();
    expect(await page.locator('[data-work="nobody"]').textContent()).toContain(
      `showrunner produce ${id} --crew ./crew.mjs`,
    );
    expect(await history(id)).toMatchObject([{ type: 'episode.created', topic: 'Why bees dance' }]);
    expect(await page.locator('[data-money="episode"] [data-amount="budget"]').textContent()).toBe('$3.50');
    const { sessionId, outcome } = await manager.produce({ key: 'bees', topic: 'Why bees dance' }, crew);
    expect([sessionId, outcome]).toEqual([id, 'waiting']);

    watched.expectFailedRequests();
    await page.evaluate(() => {
      location.hash = '#/';
    });
    await page.locator('[data-begin]').click();
    await dialog().getByLabel('Topic').fill('Wasps');
    await page.locator('.more > summary').click();
    await dialog().getByLabel('Key').fill('bees');
    await page.locator('[data-confirm="begin"]').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('key_taken');
    await page.keyboard.press('Escape');
  });

  test('given a script in review, then it is read beside its judgement, and nothing that a model wrote becomes a link, a picture or a program', async () => {
    await inReview();
    const review = page.locator('.review');
    await review.getByRole('button', { name: /^lines\.json/ }).click();
    await expect.poll(() => review.locator('.reader b').textContent()).toBe('Ann');
    await review.getByRole('button', { name: /^script\.md/ }).click();
    await review.getByRole('heading', { name: 'Why bees dance' }).waitFor();
    expect(await review.locator('.reader').textContent()).toContain('a page (javascript:alert(2))');
    expect(await review.locator('.reader :is(a, img, script)').count()).toBe(0);
    expect(await review.locator('[data-action], [data-edit]').allTextContents()).toEqual([
      'Approve…',
      'Reject…',
      'Edit…',
    ]);
    expect(await findings(page, 'a review')).toEqual([]);
  });

  test('given a script in review, when it is edited and approved on the page, then the journal says why, and the next phase works with it', async () => {
    const id = await inReview();
    await ask('[data-edit="script.md"]');
    const keep = page.locator('[data-confirm="edit"]');
    expect(await keep.isDisabled()).toBe(true);
    await dialog().getByLabel('Text of script.md').fill('# Why bees sing\n\nGood morning.\n');
    await dialog().getByLabel('Reason').fill('warmer');
    await confirm('edit');
    await page.locator('.review').getByRole('heading', { name: 'Why bees sing' }).waitFor();
    await page.locator('[data-action="approve"]').click();
    await confirm('approve');
    await expect.poll(state).toBe('audio.pending');
    expect(await history(id)).toContainEqual(
      expect.objectContaining({ type: 'artifact.edited', reason: 'warmer' }),
    );
    await manager.produce(id, crew);
    expect(readFileSync(join(manager.production.directory, id, 'audio', 'spoken.txt'), 'utf8')).toContain(
      'Good morning.',
    );
  });

  test('given a checkpoint, when it is restored, then the page has said before how the episode would stand, and it stands so', async () => {
    const id = await inReview();
    await ask('[data-restore="research_complete"]');
    const would = dialog().getByLabel('It would stand');
    await expect.poll(() => would.textContent()).toBe('researchcompletescriptpendingaudiopendingSpent$0.05');
    expect(await findings(page, 'a restore that is shown')).toEqual([]);
    await confirm('restore');
    await expect.poll(state).toBe('script.pending');
    expect(await history(id)).toContainEqual(expect.objectContaining({ type: 'checkpoint.restore' }));
  });

  test('given a checkpoint, when it is forked with other data, then the new episode is shown and has them, and its source is as it was', async () => {
    const id = await inReview();
    const before = await history(id);
    await ask('[data-fork="research_complete"]');
    await dialog().getByLabel('Topic').fill('Why wasps do not');
    await dialog().getByLabel('Other data').check();
    const data = dialog().getByLabel('Data (JSON)');
    await expect.poll(() => data.inputValue()).toContain('Bees dance.');
    expect(await findings(page, 'a fork with data')).toEqual([]);
    await data.fill('{"notes": [');
    await page.locator('[data-confirm="fork"]').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The data is not JSON');
    await data.fill('{"notes": ["Wasps do not."]}');
    await confirm('fork');
    await expect.poll(() => page.locator('h1').textContent()).toContain('Why wasps do not');
    const fork = episodeOnPage();
    expect(await manager.loadCheckpoint(fork, 'research')).toMatchObject({
      data: { notes: ['Wasps do not.'] },
    });
    expect(await history(id)).toEqual(before);
  });

  test('given a moment of the past, when it is forked, then the new episode stands as this one stood', async () => {
    const source = await inReview();
    await page.locator('.timeline-slider').fill('3');
    await expect.poll(state).toBe('research.active');
    await ask('[data-fork="moment"]');
    expect(
      await dialog()
        .getByRole('radio', { name: /^This moment/ })
        .isChecked(),
    ).toBe(true);
    await confirm('fork');
    await expect.poll(episodeOnPage).not.toBe(source);
    await goToEpisode(page, episodeOnPage());
    await expect.poll(state).toBe('research.pending');
  });

  test('given a call that was paid without its result, when a worker has asked for it and a person gives it on the page, then the episode goes on to its end', async () => {
    const sessionId = await manager.createEpisodeSession({ episodeNum: 900, topic: 'Bees' });
    const call = { sessionId, phase: 'research', operation: 'query', key: 'q1' } as const;
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.reserveCost({ ...call, maxCost: '0.10' });
    await manager.settleCost({ sessionId, key: 'q1', cost: '0.05' });
    await manager.produce(sessionId, crew);
    await goToEpisode(page, sessionId);
    await ask('[data-result="q1"]');
    expect(await dialog().textContent()).toContain('query in research');
    await dialog().getByLabel('Result').fill('{"notes": [');
    await page.locator('[data-confirm="result"]').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The result is not JSON');
    await dialog().getByLabel('Result').fill('{"notes": ["Bees dance."]}');
    await confirm('result');
    await expect.poll(() => page.locator('[data-result]').count()).toBe(0);
    await page.locator('[data-operation="q1"] button').first().click();
    await expect.poll(() => page.locator('.operation-result').textContent()).toContain('Bees dance.');
    await page.locator('[data-action="resume"]').click();
    await confirm('resume');
    expect((await manager.produce(sessionId, crew)).outcome).toBe('complete');
    await expect.poll(state).toBe('complete');
  });
});
