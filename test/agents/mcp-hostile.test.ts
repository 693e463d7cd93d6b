import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { connect, freshDirectory, type Connected } from './_client.js';

type Given = Record<string, unknown>;

const tool = 'mcp__perplexity__ask';
const table = {
  tools: [{ match: 'mcp__*perplexity*', phase: 'research', operation: 'query', max_cost: '0.25' }],
};

/** An agent over the real server, with nobody to ask, and an episode whose research is active: $0.40 of it paid, $0.50 reserved, all in dollars. */
async function house() {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'hooks.json'), JSON.stringify(table));
  const manager = await openProduction(directory);
  const agent = await connect('http', 'new', directory);
  const id = await begin(agent, 1);
  await agent.call('reserve_cost', reserving(id, { key: 'paid', max_cost: '0.50' }));
  await agent.call('settle_cost', { session_id: id, action: 'settle', key: 'paid', cost: '0.40' });
  await agent.call('reserve_cost', reserving(id, { key: 'open', max_cost: '0.50' }));
  return { directory, manager, agent, id };
}

async function begin(agent: Connected, num: number): Promise<string> {
  const { found } = await agent.call('create_episode', {
    episode_num: num,
    topic: 'Bees',
    approvals: ['research'],
  });
  const id = String(found['session_id']);
  await agent.call('update_phase', { session_id: id, phase: 'research', status: 'active' });
  return id;
}

const reserving = (id: string, more: Given): Given => ({
  session_id: id,
  phase: 'research',
  operation: 'query',
  ...more,
});

/** What the books say, in micro-dollars, after they were audited. */
async function books(manager: ProductionStateManager, id: string) {
  await expectSound(manager);
  const { money, budgets, operations } = (await manager.getSnapshot(id)).context;
  const open = Object.values(operations).reduce((sum, { amount }) => sum + amount, 0);
  expect(money.reserved).toBe(open);
  return { spent: money.spent, reserved: money.reserved, total: budgets.total };
}

const lies = [
  '-0.01',
  '-0',
  '1e-3',
  '1E3',
  '0x10',
  'NaN',
  'Infinity',
  '',
  ' 0.01',
  '0.01 ',
  '+0.01',
  '٠.١٠',
  '０.０１',
  '1_000',
  '1,00',
  '0.01\u0000',
  '$0.01',
  '9007199254740993',
  '9'.repeat(4000),
  -1,
  0.01,
  null,
  true,
  [],
  ['0.01'],
  {},
];

describe('an agent that is hostile', () => {
  test('given amounts that are none, in whatever tool, then each is refused by name and the books stay', async () => {
    const { agent, manager, id } = await house();
    const before = await books(manager, id);
    for (const lie of lies) {
      const tries: [string, Given][] = [
        ['reserve_cost', reserving(id, { key: 'lie', max_cost: lie })],
        ['settle_cost', { session_id: id, action: 'settle', key: 'open', cost: lie }],
        ['settle_cost', reserving(id, { action: 'record', key: 'lie', cost: lie })],
        ['raise_budget', { session_id: id, scope: 'total', amount: lie, reason: 'x' }],
      ];
      for (const [name, given] of tries) {
        const { found, refused } = await agent.call(name, given);
        expect({ name, lie, refused, code: found['code'] }).toEqual({
          name,
          lie,
          refused: true,
          code: 'invalid_input',
        });
      }
    }
    expect(await books(manager, id)).toEqual(before);
  });

  const tries: [what: string, name: string, given: Given, code: string][] = [
    [
      'reserves above the cap',
      'reserve_cost',
      { key: 'k', max_cost: '7.00' },
      'budget_exhausted|reserved|phase_budget',
    ],
    [
      'settles twice, for less',
      'settle_cost',
      { action: 'settle', key: 'paid', cost: '0.01' },
      'operation_settled',
    ],
    ['settles twice, for all', 'settle_cost', { action: 'settle', key: 'paid' }, 'operation_settled'],
    ['releases what was settled', 'settle_cost', { action: 'release', key: 'paid' }, 'operation_settled'],
    ['reserves what was settled', 'reserve_cost', { key: 'paid', max_cost: '0.01' }, 'key_reused'],
    ['reserves a key again for less', 'reserve_cost', { key: 'open', max_cost: '0.01' }, 'key_reused'],
    [
      'settles what nobody reserved',
      'settle_cost',
      { action: 'settle', key: 'none', cost: '0' },
      'operation_unknown',
    ],
    [
      'settles a name of every object',
      'settle_cost',
      { action: 'release', key: 'constructor' },
      'invalid_input',
    ],
    ['records what was settled again', 'settle_cost', { action: 'record', key: 'paid', cost: '0' }, '.'],
    ['approves by an argument', 'request_approval', { approve: true }, 'invalid_input'],
    ['approves by its own name', 'request_approval', { by: 'ann' }, 'invalid_input'],
    ['approves what waits for nobody', 'request_approval', {}, 'wrong_state'],
    [
      'raises as a person',
      'raise_budget',
      { scope: 'total', amount: '9', reason: 'x', by: 'ann' },
      'invalid_input',
    ],
    [
      'raises a scope of no budget',
      'raise_budget',
      { scope: '__proto__', amount: '9', reason: 'x' },
      'invalid_input',
    ],
    ['skips without a reason', 'steer_episode', { action: 'skip', phase: 'research' }, 'invalid_input'],
    ['begins a phase before its time', 'update_phase', { phase: 'audio', status: 'active' }, '.'],
    [
      'ends a phase over open calls',
      'update_phase',
      { phase: 'research', status: 'complete' },
      'operations_open',
    ],
  ];

  test('given it tries what no agent may, then each is refused, and the books stay', async () => {
    const { agent, manager, id } = await house();
    const before = await books(manager, id);
    for (const [what, name, given, code] of tries) {
      const usual = /^(?:reserve_cost|settle_cost)$/.test(name)
        ? reserving(id, given)
        : { session_id: id, ...given };
      const { found, refused } = await agent.call(name, usual);
      expect({ what, refused, code: String(found['code']) }).toEqual({
        what,
        refused: true,
        code: expect.stringMatching(code),
      });
      expect({ what, ...(await books(manager, id)) }).toEqual({ what, ...before });
    }
  });

  test('given nobody is there to say yes, when it raises and asks for approval, then all is pending and nothing has changed', async () => {
    const { agent, manager, id } = await house();
    await agent.call('settle_cost', { session_id: id, action: 'settle', key: 'open' });
    await agent.call('update_phase', { session_id: id, phase: 'research', status: 'complete' });
    const before = await books(manager, id);
    for (const scope of ['research', 'total', 'day'])
      expect(
        (await agent.call('raise_budget', { session_id: id, scope, amount: '9', reason: 'x' })).found,
      ).toMatchObject({ pending: true });
    expect((await agent.call('request_approval', { session_id: id })).found).toMatchObject({ pending: true });
    expect(
      await agent.call('update_phase', { session_id: id, phase: 'script', status: 'active' }),
    ).toMatchObject({
      refused: true,
    });
    expect(await books(manager, id)).toEqual(before);
    expect(await manager.getPhaseStatus(id, 'script')).toBe('pending');
  });

  test('given the id of a tool use again, with another price, operation or episode, then it stands for no money but its own', async () => {
    const { agent, manager, id } = await house();
    const other = await begin(agent, 2);
    const use = (more: Given, at = id) =>
      agent.call('reserve_cost', reserving(at, { max_cost: '0.10', ...more }), 'use_1');
    expect((await use({})).refused).toBe(false);
    const before = await books(manager, id);
    expect((await use({})).refused).toBe(false);
    for (const more of [
      { max_cost: '3.00' },
      { max_cost: '0.01' },
      { operation: 'speech' },
      { phase: 'audio' },
    ])
      expect(await use(more)).toMatchObject({ refused: true, found: { code: 'key_reused' } });
    expect(await books(manager, id)).toEqual(before);
    // In another episode it is another call, with money of its own.
    expect((await use({}, other)).refused).toBe(false);
    expect((await books(manager, other)).reserved).toBe(100_000);
    await agent.call('settle_cost', { session_id: id, action: 'settle', key: 'tool:use_1' });
    expect(await use({})).toMatchObject({ refused: true, found: { code: 'operation_settled' } });
    expect((await books(manager, other)).reserved).toBe(100_000);
  });

  test("given another episode's key, then it settles and releases nothing of this one", async () => {
    const { agent, manager, id } = await house();
    const other = await begin(agent, 2);
    const before = await books(manager, id);
    for (const action of ['settle', 'release'])
      expect(await agent.call('settle_cost', { session_id: other, action, key: 'open' })).toMatchObject({
        refused: true,
        found: { code: 'operation_unknown' },
      });
    expect(await books(manager, id)).toEqual(before);
    expect(await books(manager, other)).toMatchObject({ spent: 0, reserved: 0 });
  });

  test('given a call of which nobody knows whether it was paid, then it gives back nothing of it: a person does; that all of it was paid it may say', async () => {
    const { agent, manager, id } = await house();
    await manager.send(id, { type: 'operation.held', key: 'open' });
    const before = await books(manager, id);
    for (const given of [
      { action: 'release' },
      { action: 'settle', cost: '0' },
      { action: 'settle', cost: '0.499999' },
    ])
      expect(await agent.call('settle_cost', { session_id: id, key: 'open', ...given })).toMatchObject({
        refused: true,
        found: { code: 'operation_held', message: expect.stringContaining(`showrunner settle ${id} open`) },
      });
    expect(await books(manager, id)).toEqual(before);
    await agent.call('settle_cost', { session_id: id, action: 'settle', key: 'open' });
    expect(await books(manager, id)).toMatchObject({ spent: 900_000, reserved: 0 });
  });

  test('given it cancels, then what was paid stays paid, what is reserved stays reserved, and the day has both', async () => {
    const { agent, manager, id } = await house();
    const { found } = await agent.call('steer_episode', {
      session_id: id,
      action: 'cancel',
      reason: 'free me',
    });
    expect(found).toMatchObject({ total_cost: '0.40' });
    expect(await books(manager, id)).toMatchObject({ spent: 400_000, reserved: 500_000 });
    expect(await agent.call('reserve_cost', reserving(id, { key: 'more', max_cost: '0.01' }))).toMatchObject({
      refused: true,
    });
    const paid = await agent.call('settle_cost', {
      session_id: id,
      action: 'settle',
      key: 'open',
      cost: '0.50',
    });
    expect(paid.refused).toBe(false);
    expect(await books(manager, id)).toMatchObject({ spent: 900_000, reserved: 0 });
    expect(await manager.getTotalSpending()).toBe(0.9);
  });

  test('given two sessions race for the last dollar, then one has it', async () => {
    const { agent, manager, id, directory } = await house();
    const second = await connect('http', 'new', directory);
    const { total, spent, reserved } = await books(manager, id);
    const rest = total - spent - reserved - 1_000_000;
    const research = (await manager.getSnapshot(id)).context.budgets.research;
    await manager.raiseBudget({
      sessionId: id,
      scope: 'research',
      amount: String((total - research) / 1e6),
      by: 'ann',
      reason: 'race',
    });
    await agent.call('reserve_cost', reserving(id, { key: 'most', max_cost: (rest / 1e6).toFixed(6) }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 === 0 ? agent : second).call('reserve_cost', reserving(id, { max_cost: '1.00' }), `use_${n}`),
      ),
    );
    expect(answers.filter(({ refused }) => !refused)).toHaveLength(1);
    expect(await books(manager, id)).toMatchObject({ spent, reserved: total - spent });
  });

  test("given an agent that answers its own host's hooks, then it is refused: it would say itself what its calls have cost", async () => {
    const { agent, manager, id } = await house();
    const use = { session_id: 'ann', tool_name: tool, tool_use_id: 'toolu_1', tool_input: '{"q":1}' };
    await agent.call('answer_hook', { ...use, hook_event_name: 'PreToolUse' });
    const before = await books(manager, id);
    expect(before.reserved).toBe(750_000);
    const free = { ...use, hook_event_name: 'PostToolUse', tool_response: '{"cost":0}' };
    expect(await agent.call('answer_hook', free, 'toolu_of_the_agent')).toMatchObject({
      refused: true,
      found: { code: 'invalid_input', message: expect.stringContaining("host's own hooks") as unknown },
    });
    expect(await books(manager, id)).toEqual(before);
  });

  test("given hooks that bear another session's id, then they give back nothing of it, and what they say was paid is paid beside it", async () => {
    const { agent, manager, id } = await house();
    const hook = (event: string, session: string, more: Given = {}) =>
      agent.call('answer_hook', {
        hook_event_name: event,
        session_id: session,
        tool_name: tool,
        tool_use_id: 'toolu_1',
        tool_input: '{"q":1}',
        ...more,
      });
    await hook('PreToolUse', 'ann');
    const before = await books(manager, id);
    expect(before.reserved).toBe(750_000);
    await hook('PostToolUseFailure', 'bob', { error: 'Request failed with status code 401' });
    await hook('Stop', 'bob');
    await hook('SessionEnd', 'bob');
    await hook('SessionStart', 'bob');
    expect(await books(manager, id)).toEqual(before);
    for (const lie of ['-1', '"1e99"', '"NaN"', '"٣"', '{}', '[]', 'null'])
      await hook('PostToolUse', 'bob', { tool_response: `{"cost":${lie}}` });
    expect(await books(manager, id)).toMatchObject({
      spent: before.spent + 250_000,
      reserved: before.reserved,
    });
    await hook('PostToolUse', 'ann', { tool_response: '{"cost":0.2}' });
    await hook('PostToolUse', 'ann', { tool_response: '{"cost":0}' });
    await hook('PostToolUseFailure', 'ann', { error: 'Request failed with status code 401' });
    expect(await books(manager, id)).toMatchObject({ spent: before.spent + 450_000, reserved: 500_000 });
  });
});
