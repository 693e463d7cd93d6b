import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ProductionStateManager, type ProductionError } from '../../src/index.js';
import { expectSound, journalText, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const ann = { by: 'ann', reason: 'a good month' };

async function researching(manager: ProductionStateManager, extras = {}): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Policy', ...extras });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return sessionId;
}

const reserve = (manager: ProductionStateManager, sessionId: string, key: string, maxCost: string) =>
  manager.reserveCost({ sessionId, phase: 'research', operation: 'query', key, maxCost });

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as ProductionError).code,
  );

describe('one policy for a production', () => {
  test('given a program with a policy, when another opens without one, then it goes by the same, and by the same again without any document', async () => {
    const directory = temporaryDirectory();
    const first = await openProduction(directory, { policy: { dailyCap: '1.50', maxRecoveries: 7 } });
    await first.close();
    const second = await openProduction(directory);
    expect(await second.getPolicy()).toMatchObject({ dailyCap: 1.5, maxRecoveries: 7 });
    expect(second.production.today().cap).toBe(1_500_000);
    await second.close();
    rmSync(join(directory, 'state.json'));
    const third = await openProduction(directory, { readOnly: true });
    expect(await third.getPolicy()).toMatchObject({ dailyCap: 1.5, maxRecoveries: 7 });
  });

  test('given a production, when it is opened from state.json, then its policy is known without reading the journal', async () => {
    const directory = temporaryDirectory();
    const first = await openProduction(directory, { policy: { dailyCap: '1.50' } });
    await first.close();
    expect(readJson(directory, 'state.json')['showrunner']).toMatchObject({ policy: { dailyCap: 1.5 } });
    const second = await openProduction(directory);
    const history = vi.spyOn(second.production, 'policyHistory');
    expect((await second.getPolicy()).dailyCap).toBe(1.5);
    expect(history).not.toHaveBeenCalled();
  });

  test('given a handle that only reads, when it brings a policy, then nothing is written and the production keeps its own', async () => {
    const directory = temporaryDirectory();
    await (await openProduction(directory, { policy: { dailyCap: '3' } })).close();
    const before = journalText(directory);
    const reader = await openProduction(directory, { readOnly: true, policy: { dailyCap: '9' } });
    expect(reader.production.today().cap).toBe(3_000_000);
    expect(journalText(directory)).toBe(before);
  });

  test('given two open handles, when one changes the policy, then the other decides by it at once, and both tell who changed what from what to what', async () => {
    const directory = temporaryDirectory();
    const one = await openProduction(directory);
    const other = await openProduction(directory);
    const sessionId = await researching(one);
    expect(
      await one.changePolicy({
        set: { dailyCap: '0.30', 'budgets.total': 9 },
        by: 'ann',
        reason: 'a lean day',
      }),
    ).toEqual([
      { path: 'budgets.total', from: 7, to: 9 },
      { path: 'dailyCap', from: 50, to: 0.3 },
    ]);
    expect(await codeOf(reserve(other, sessionId, 'a', '0.31'))).toBe('daily_cap_reached');
    expect(await codeOf(reserve(other, sessionId, 'b', '0.30'))).toBe('done');
    expect(await other.getPolicyHistory()).toMatchObject([
      {
        by: 'ann',
        reason: 'a lean day',
        source: 'asked',
        changes: [
          { path: 'budgets.total', from: 7, to: 9 },
          { path: 'dailyCap', from: 50, to: 0.3 },
        ],
        policy: { dailyCap: 0.3 },
      },
    ]);
    await expectSound(one);
  });

  test('given a handle that follows, when another process changes the policy, then its listeners hear of it', async () => {
    const directory = temporaryDirectory();
    const one = await openProduction(directory);
    const other = await openProduction(directory);
    const heard = new Promise((resolve) => other.on('policy:changed', resolve));
    other.follow();
    await one.changePolicy({ set: { warnAtPercent: 60 }, ...ann });
    expect(await heard).toMatchObject({
      by: 'ann',
      local: false,
      changes: [{ path: 'warnAtPercent', from: 80, to: 60 }],
    });
  });

  test('given calls that are written together, when the policy changes among them, then each is held to the one before it', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await researching(manager);
    const answers = await Promise.all([
      codeOf(reserve(manager, sessionId, 'a', '1')),
      codeOf(manager.changePolicy({ set: { dailyCap: '1.20' }, ...ann })),
      codeOf(reserve(manager, sessionId, 'b', '1')),
      codeOf(manager.changePolicy({ set: { dailyCap: '2' }, ...ann })),
      codeOf(reserve(manager, sessionId, 'c', '1')),
    ]);
    expect(answers).toEqual(['done', 'done', 'budget_reserved', 'done', 'done']);
    await expectSound(manager);
  });

  test('given a change that changes nothing, when it is asked for, then the journal is as it was', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { policy: { dailyCap: '20' } });
    const before = journalText(directory);
    expect(await manager.changePolicy({ set: { dailyCap: '20.00' }, ...ann })).toEqual([]);
    await openProduction(directory, { policy: { dailyCap: 20 } });
    expect(journalText(directory)).toBe(before);
  });

  test('given a program that says only one thing, when it opens, then what others have set stays', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    await manager.changePolicy({ set: { dailyCap: '5', 'budgets.audio': '1' }, ...ann });
    const other = await openProduction(directory, { policy: { budgets: { total: '4' } } });
    expect(await other.getPolicy()).toMatchObject({ dailyCap: 5, budgets: { audio: 1, total: 4 } });
  });

  test.each([
    [{ 'budgets.video': 1 }, 'policy.budgets.video'],
    [{ dailyCap: -1 }, 'policy.dailyCap'],
    [{ 'retry.timeout.attempts': 0 }, 'policy.retry.timeout.attempts'],
    [{ __proto__x: 1 }, 'policy'],
    [{ 'constructor.name': 1 }, 'policy'],
    [{ '': 1 }, 'policy'],
    [{ timeZone: 'Mars/Olympus' }, 'policy.timeZone'],
  ])(
    'given a policy, when %j is set, then it is refused naming %s, and nothing changes',
    async (set, field) => {
      const directory = temporaryDirectory();
      const manager = await openProduction(directory);
      const before = journalText(directory);
      await expect(manager.changePolicy({ set, ...ann })).rejects.toMatchObject({
        code: 'invalid_input',
        field,
      });
      expect(journalText(directory)).toBe(before);
    },
  );

  test('given a value that was set, when null is set, then the default is back', async () => {
    const manager = await openProduction(temporaryDirectory(), { policy: { dailyCap: '5', retry: {} } });
    await manager.changePolicy({ set: { dailyCap: null, retry: null }, ...ann });
    expect(await manager.getPolicy()).toMatchObject({ dailyCap: 50, retry: { timeout: { attempts: 3 } } });
  });
});

describe('rules and budgets of running episodes', () => {
  test('given a running episode, when the policy changes, then its budgets stay and its rules follow', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { policy: { maxRecoveries: 0 } });
    const sessionId = await researching(manager);
    await manager.markPhaseFailed({ sessionId, phase: 'research', error: 'down' });
    expect(await manager.canRecover(sessionId)).toBe(false);
    await manager.changePolicy({ set: { maxRecoveries: 2, 'budgets.total': 1 }, ...ann });
    expect(await manager.canRecover(sessionId)).toBe(true);
    await manager.recoverFailedSession(sessionId);
    const { budgets, rules } = (await manager.getSnapshot(sessionId)).context;
    expect({ total: budgets.total, most: rules.maxRecoveries }).toEqual({ total: 7_000_000, most: 2 });
    expect((await manager.history(sessionId)).map(({ type }) => type)).toContain('rules.changed');
    await expectSound(manager);
  });

  test('given an episode with rules of its own, when the policy changes, then those stay, and what it was not given follows', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await researching(manager, { rules: { maxRecoveries: 9 }, approvals: ['script'] });
    await manager.changePolicy({
      set: { maxRecoveries: 1, approvals: ['audio'], warnAtPercent: 50 },
      ...ann,
    });
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '1' });
    const { rules, phases } = (await manager.getSnapshot(sessionId)).context;
    expect(rules).toMatchObject({ maxRecoveries: 9, approvals: ['script', 'audio'], warnAtPercent: 50 });
    expect(phases.research.warned).toBe(true);
    await expectSound(manager);
  });

  test('given an approval that the policy asks for since, when the script is done, then it waits for a person', async () => {
    const manager = await openProduction(temporaryDirectory());
    const sessionId = await researching(manager);
    await manager.changePolicy({ set: { approvals: ['research'] }, ...ann });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    expect((await manager.getSnapshot(sessionId)).value).toEqual({ research: 'review' });
  });
});

describe('policy.json', () => {
  const say = (directory: string, text: string | Uint8Array): void => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'policy.json'), text);
  };

  test('given policy.json, when a program opens without a policy, then it counts, and is a change on record', async () => {
    const directory = temporaryDirectory();
    say(directory, '{"dailyCap":"20.00"}');
    const manager = await openProduction(directory);
    expect(await manager.getPolicy()).toMatchObject({ dailyCap: 20 });
    expect(await manager.getPolicyHistory()).toMatchObject([
      { source: 'file', changes: [{ path: 'dailyCap', from: 50, to: 20 }] },
    ]);
  });

  test('given a person who has set something since, when policy.json has not changed, then it does not come back', async () => {
    const directory = temporaryDirectory();
    say(directory, '{"dailyCap":"20.00"}');
    const manager = await openProduction(directory);
    await manager.changePolicy({ set: { dailyCap: '30' }, ...ann });
    await manager.close();
    rmSync(join(directory, 'state.json'));
    const again = await openProduction(directory);
    expect((await again.getPolicy()).dailyCap).toBe(30);
  });

  test('given policy.json that says less than before, when it is taken in, then what is gone has its default again', async () => {
    const directory = temporaryDirectory();
    say(directory, '{"dailyCap":"20.00","budgets":{"total":"3","audio":"1"}}');
    await (await openProduction(directory)).close();
    say(directory, '{"budgets":{"total":"3"}}');
    const manager = await openProduction(directory);
    expect(await manager.getPolicy()).toMatchObject({ dailyCap: 50, budgets: { total: 3, audio: 3 } });
  });

  test('given an open handle, when a person edits policy.json, then it goes by it without being opened again', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const heard = new Promise((resolve) => manager.on('policy:changed', resolve));
    say(directory, '{"dailyCap":"2"}');
    expect(await heard).toMatchObject({ source: 'file', changes: [{ path: 'dailyCap', from: 50, to: 2 }] });
    expect(manager.production.today().cap).toBe(2_000_000);
  });

  test.each([
    ['UTF-8', Buffer.from('\uFEFF{"dailyCap":"20.00"}', 'utf8')],
    ['UTF-16, little end first', Buffer.from('\uFEFF{"dailyCap":"20.00"}', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\uFEFF{"dailyCap":"20.00"}', 'utf16le').swap16()],
  ])(
    'given policy.json with the byte order mark of %s, when it is read, then it is no error',
    async (_name, bytes) => {
      const directory = temporaryDirectory();
      say(directory, bytes);
      expect((await (await openProduction(directory)).getPolicy()).dailyCap).toBe(20);
    },
  );

  test.each([
    ['not JSON', '{"dailyCap":', 'policy'],
    ['not a policy', '7', 'policy'],
    ['a word that is none', '{"cap":1}', 'policy.cap'],
  ])(
    'given policy.json that is %s, when a program would write, then it is refused, and whoever only reads is not',
    async (_name, text, field) => {
      const directory = temporaryDirectory();
      await (await openProduction(directory)).close();
      say(directory, text);
      await expect(ProductionStateManager.open({ directory })).rejects.toMatchObject({
        code: 'invalid_input',
        field,
      });
      const reader = await openProduction(directory, { readOnly: true });
      expect((await reader.getPolicy()).dailyCap).toBe(50);
    },
  );
});

test.each(['{"dailyCap":"20.00"}', '{"apiToken":"qzxw9"}', 'qzxw9:x:0:0'])(
  'given a policy.json that is a link to a file that says %s, when a program would write, then nothing of that file is taken or told',
  async (text) => {
    const directory = temporaryDirectory();
    await (await openProduction(directory)).close();
    const outside = join(temporaryDirectory(), 'outside.json');
    writeFileSync(outside, text);
    symlinkSync(outside, join(directory, 'policy.json'));
    const opened = ProductionStateManager.open({ directory });
    await expect(opened).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('it is a link, and is not followed') as string,
    });
    const error: unknown = await opened.catch((reason: unknown) => reason);
    expect(JSON.stringify([String(error), (error as Error).cause, error])).not.toMatch(
      /qzxw9|apiToken|20\.00/,
    );
    const reader = await openProduction(directory, { readOnly: true });
    expect((await reader.getPolicy()).dailyCap).toBe(50);
  },
);

describe('budgets that are set', () => {
  test('given an episode, when a budget is set up and down, then that is what it is, down to what is spent and reserved', async () => {
    const manager = await openProduction(temporaryDirectory());
    onTestFinished(() => expectSound(manager));
    const sessionId = await researching(manager);
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.40' });
    await reserve(manager, sessionId, 'a', '0.10');
    const set = (scope: 'total' | 'research' | 'day', amount: string) =>
      manager.setBudget({ sessionId, scope, amount, ...ann });
    await set('total', '9');
    await set('total', '0.50');
    await set('research', '0.50');
    await set('day', '0.60');
    for (const scope of ['total', 'research', 'day'] as const)
      expect(await codeOf(set(scope, '0.499999'))).toBe('budget_in_use');
    const { budgets } = (await manager.getSnapshot(sessionId)).context;
    expect(budgets).toMatchObject({ total: 500_000, research: 500_000, script: 2_000_000 });
    expect(manager.production.today().cap).toBe(600_000);
    expect(await codeOf(reserve(manager, sessionId, 'b', '0.01'))).toBe('budget_reserved');
  });

  test("given a day's cap that was set, when the policy's cap changes, then the difference stays, in another life too", async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await researching(manager);
    await manager.setBudget({ sessionId, scope: 'day', amount: '40', ...ann });
    await manager.changePolicy({ set: { dailyCap: '60' }, ...ann });
    expect(manager.production.today().cap).toBe(50_000_000);
    await manager.close();
    const again = await openProduction(directory);
    expect(again.production.today().cap).toBe(50_000_000);
    await expectSound(again);
  });
});
