import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { defineCrew, type ProductionStateManager } from '../../src/index.js';
import type { NeedKind } from '../../src/shapes/index.js';
import { start } from '../support/cli.js';
import { goToEpisode } from './watched-page.js';
import { oneStudio, type OneStudio } from './one-studio.js';

const crew = fileURLToPath(new URL('../support/trying-crew.mjs', import.meta.url));
const idle = () => Promise.resolve(null);
const failing = defineCrew({
  research: () => Promise.reject(Object.assign(new Error('no sources'), { code: 'invalid_input' })),
  script: idle,
  audio: idle,
});

let manager: ProductionStateManager;
let watched: OneStudio['watched'];
let page: Page;
let episodes = 0;

oneStudio((one) => {
  ({ manager, watched } = one);
  ({ page } = watched);
});

const offered = (selector: string) => page.locator(selector).first();
const dialog = () => page.locator('dialog[open]');

async function confirm(action: string): Promise<void> {
  await page.locator(`[data-confirm="${action}"]`).click();
  await dialog().waitFor({ state: 'detached' });
}

/** Presses a button of the page's, and confirms what it asks, with a reason where one is asked for. */
async function act(action: string, ...filled: [string, string][]): Promise<void> {
  await offered(`[data-action="${action}"]`).click();
  for (const [label, text] of filled) await dialog().getByLabel(label).fill(text);
  await confirm(action);
}

async function raise(): Promise<void> {
  await act('raiseBudget', ['Add', '5'], ['Reason', 'it is worth it']);
}

/** Types a command that the page names, word for word, but for what it leaves to the person. */
async function type(said: string | null, env: Record<string, string>): Promise<string> {
  const [program, command = '', ...words] = (said ?? '')
    .replace('./crew.mjs', crew)
    .replace('<time>', '2099-01-01T00:00:00Z')
    .split(' ');
  expect(program).toBe('showrunner');
  await start(manager.production.directory, [command, ...words], env).ended;
  return command;
}

/** How the page answers each need: by its own buttons, or by a command that it names. */
const answers: Record<NeedKind, (env: Record<string, string>) => Promise<unknown>> = {
  approval: () => act('approve'),
  paused: () => act('resume'),
  failed: () => act('recover'),
  budget_stop: raise,
  daily_stop: raise,
  async question() {
    await offered('[data-question]').click();
    await page.getByRole('radio', { name: 'Bees', exact: true }).check();
    await confirm('question');
  },
  async held_operation() {
    await offered('[data-answer]').click();
    await dialog().getByLabel('It did cost').fill('0.05');
    await dialog().getByLabel('Result').fill('Bees dance.');
    await confirm('answer');
  },
  async missing_result() {
    await offered('[data-result]').click();
    await dialog().getByLabel('Result').fill('"Bees dance."');
    await confirm('result');
  },
  late: async (env) => type(await offered('[data-need="late"] code').textContent(), env),
  idle: async (env) => type(await page.locator('[data-work="nobody"] code').last().textContent(), env),
};

/** Does the next thing that an episode's page says; gives what it was. */
async function follow(env: Record<string, string>): Promise<string> {
  if ((await page.locator('.chart').getAttribute('data-state')) === 'complete') return 'complete';
  const needs = page.locator('[data-need]');
  const need = (await needs.count()) === 0 ? 'idle' : await needs.first().getAttribute('data-need');
  const done = await answers[need as NeedKind](env);
  return typeof done === 'string' && need === 'idle' ? done : (need ?? '');
}

type Given = Partial<Parameters<ProductionStateManager['createEpisodeSession']>[0]>;

async function created(given: Given = {}): Promise<string> {
  return manager.createEpisodeSession({ episodeNum: ++episodes, topic: 'Bees', ...given });
}

async function begun(): Promise<string> {
  const sessionId = await created();
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return sessionId;
}

/** Made at the command line until a person is needed. */
async function made(given: Given = {}): Promise<string> {
  const sessionId = await created(given);
  await start(manager.production.directory, ['produce', sessionId, '--crew', crew]).ended;
  return sessionId;
}

const asked = { sessionId: '', phase: 'research', operation: 'call', key: 'research-1' } as const;

/** For each need an episode that has it, and what the page says until it is complete. A new need has to be written here too. */
const told: Record<NeedKind, { make: () => Promise<string>; does: string[]; env?: Record<string, string> }> =
  {
    approval: {
      make: () => created({ approvals: ['script'] }),
      does: ['produce', 'approval', 'resume'],
    },
    paused: {
      async make() {
        const sessionId = await begun();
        await manager.pause({ sessionId, reason: 'lunch' });
        return sessionId;
      },
      does: ['paused', 'produce'],
    },
    question: {
      make: created,
      env: { SHOWRUNNER_TRY: 'asks' },
      does: ['produce', 'question', 'resume'],
    },
    held_operation: {
      async make() {
        const sessionId = await begun();
        await manager.reserveCost({ ...asked, sessionId, maxCost: '0.10' });
        await manager.send(sessionId, {
          type: 'operation.held',
          key: asked.key,
          reason: 'the process ended',
        });
        return sessionId;
      },
      does: ['held_operation', 'produce'],
    },
    missing_result: {
      async make() {
        const sessionId = await begun();
        await manager.reserveCost({ ...asked, sessionId, maxCost: '0.10' });
        await manager.settleCost({ sessionId, key: asked.key, cost: '0.05' });
        await start(manager.production.directory, ['produce', sessionId, '--crew', crew]).ended;
        return sessionId;
      },
      does: ['missing_result', 'paused', 'resume'],
    },
    budget_stop: {
      make: () => made({ budgets: { total: '0.12' } }),
      does: ['budget_stop', 'failed', 'resume'],
    },
    daily_stop: {
      async make() {
        const spent = Object.values((await manager.getSpending()).per_day)[0]?.spent ?? 0;
        const dailyCap = (spent + 0.12).toFixed(2);
        await manager.changePolicy({ set: { dailyCap }, by: 'Ada', reason: 'a quiet day' });
        return made();
      },
      does: ['daily_stop', 'failed', 'resume'],
    },
    failed: {
      async make() {
        const sessionId = await created();
        expect((await manager.produce(sessionId, failing)).outcome).toBe('failed');
        return sessionId;
      },
      does: ['failed', 'produce'],
    },
    idle: {
      async make() {
        const sessionId = await created();
        const stop = new AbortController();
        const stopped = defineCrew({ ...failing, research: () => Promise.resolve(stop.abort()) });
        await manager.produce(sessionId, stopped, { signal: stop.signal });
        return sessionId;
      },
      does: ['produce'],
    },
    late: {
      make: () => created({ dueBy: '2025-09-03T14:30:22Z' }),
      does: ['late', 'produce'],
    },
  };

describe('what the page says to do leads to a complete episode', () => {
  test.each(Object.entries(told))(
    'given an episode that needs a person for %s, when what is said is done, then it is complete',
    async (_need, { make, does, env = {} }) => {
      const id = await make();
      const done: string[] = [];
      while (done.at(-1) !== 'complete' && done.length < 8) {
        // What is said is read anew each time, and not what was said before.
        await page.reload();
        await goToEpisode(page, id);
        done.push(await follow(env));
      }
      expect(done).toEqual([...does, 'complete']);
    },
  );
});
