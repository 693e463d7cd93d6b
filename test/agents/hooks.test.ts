import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerHook } from '../../src/agents/hooks/answer-hook.js';
import { parseHookCall, type HookHost } from '../../src/agents/hooks/hook-call.js';
import { renderVerdict } from '../../src/agents/hooks/render-verdict.js';
import { hookCounts } from '../../src/reports/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

type Payload = Record<string, unknown>;

function sample(name: string): Payload {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'samples', `${name}.json`), 'utf8')) as Payload;
}

const perplexity = {
  match: 'mcp__*perplexity*',
  phase: 'research',
  operation: 'perplexity_query',
  max_cost: '0.25',
};
const speech = { match: 'mcp__elevenlabs__*', phase: 'audio', operation: 'speech', max_cost: '0.50' };
const models = {
  'claude-sonnet-*': { input: '3', output: '15', cache_write: '3.75', cache_read: '0.30' },
};

async function house(table: object = { tools: [perplexity, speech], models }) {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  writeFileSync(join(directory, 'hooks.json'), JSON.stringify(table));
  const notes: string[] = [];
  const hook = async (payload: Payload, host: HookHost = 'claude') => {
    const call = parseHookCall(payload, host);
    const verdict = await answerHook(call, {
      directory,
      open: () => Promise.resolve(manager),
      note: (text) => notes.push(text),
    });
    return { ...verdict, said: renderVerdict(call, verdict) };
  };
  const episode = async (num = 1) => {
    const sessionId = await manager.createEpisodeSession({ episodeNum: num, topic: 'Why bees dance' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    return sessionId;
  };
  const open = async (id: string) => (await manager.getSnapshot(id)).context.operations;
  return { directory, manager, hook, notes, episode, open };
}

const before = () => sample('05-pre-perplexity-in-subagent');
const after = (response?: unknown): Payload => ({
  ...sample('06-post-perplexity-content-array'),
  ...(response === undefined ? {} : { tool_response: response }),
});

describe('money before and after a tool', () => {
  test('given a priced tool in its phase, when it is called and answers without a cost, then its reservation is settled as an estimate', async () => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    expect((await hook(before())).kind).toBe('pass');
    expect(Object.values(await open(id))).toMatchObject([
      { operation: 'perplexity_query', amount: 250_000, state: 'open' },
    ]);
    expect((await hook(after())).kind).toBe('pass');
    expect(await open(id)).toEqual({});
    expect(await manager.getEpisodeCost(id)).toBe(0.25);
  });

  test.each([
    ['structured text', '{"usage":{"cost":{"total_cost":0.0123456}}}', 0.012346],
    ['content whose text is JSON', [{ type: 'text', text: '{"cost":"0.02"}' }], 0.02],
    ['an object', { structuredContent: { total_cost_usd: 0.03 }, content: [] }, 0.03],
    ['a lie', { cost: -1 }, 0.25],
    ['not a number', '{"cost":"much"}', 0.25],
    ['a free answer', { cost: 0 }, 0],
  ])('given an answer that states its cost as %s, then that is settled', async (_name, response, spent) => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook(before());
    await hook(after(response));
    expect(await manager.getEpisodeCost(id)).toBe(spent);
  });

  test('given a price of the table, then an answer without a cost is settled at it', async () => {
    const { hook, episode, manager } = await house({ tools: [{ ...perplexity, price: '0.005' }] });
    const id = await episode();
    await hook(before());
    await hook(after());
    expect(await manager.getEpisodeCost(id)).toBe(0.005);
  });

  test('given each hook is asked twice, then it is reserved and paid once', async () => {
    const { hook, episode, manager, open } = await house();
    const id = await episode();
    for (let n = 0; n < 2; n += 1) expect((await hook(before())).kind).toBe('pass');
    expect(Object.keys(await open(id))).toHaveLength(1);
    for (let n = 0; n < 2; n += 1) await hook(after({ cost: 0.1 }));
    expect(await manager.getEpisodeCost(id)).toBe(0.1);
  });

  test('given a budget that the call would pass, then it is denied with what the engine says, and nothing is reserved', async () => {
    const { hook, episode, open } = await house({ tools: [{ ...perplexity, max_cost: '900' }] });
    const id = await episode();
    const { said } = await hook(before());
    expect(said).toMatchObject({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: expect.stringMatching(/budget/),
      },
    });
    expect(await open(id)).toEqual({});
  });

  test('given speech before its phase, in whatever case its server is written, then it is denied with the step to do', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    expect(await hook(sample('12-pre-tts-too-early'))).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining('comes after research, which is active'),
    });
    await manager.updatePhase({ sessionId: id, phase: 'research', status: 'complete' });
    expect(await hook(sample('30-codex-pre-mcp'), 'codex')).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining(`showrunner phase ${id} script active`),
    });
  });

  test('given the script waits for approval, then speech is denied with who can approve it', async () => {
    const { hook, manager } = await house();
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'x', approvals: ['script'] });
    for (const phase of ['research', 'script'] as const)
      for (const status of ['active', 'complete'] as const)
        await manager.updatePhase({ sessionId: id, phase, status });
    expect(await hook(sample('12-pre-tts-too-early'))).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining(`showrunner approve ${id}`),
    });
  });

  test('given a person refuses a call, when its batch is over, then its reservation is given back', async () => {
    const { hook, episode, open, manager } = await house({ tools: [{ ...perplexity, match: 'Write' }] });
    const id = await episode();
    const batch = sample('13-batch-refused-by-person');
    const [call] = batch['tool_calls'] as Payload[];
    await hook({ ...before(), ...call, tool_response: undefined });
    expect(Object.keys(await open(id))).toHaveLength(1);
    await hook(batch);
    expect(await open(id)).toEqual({});
    expect(await manager.getEpisodeCost(id)).toBe(0);
  });

  test.each([
    ['content', [{ type: 'text', text: '{"cost":0.1}' }], 0.1, []],
    ['JSON', '{"cost":0.1}', 0.1, []],
    ['a sentence that is no refusal', 'Bees dance to tell where food is.', 0, ['held']],
    ["a person's refusal", "The user doesn't want to proceed with this tool use.", 0, []],
    ['nothing', undefined, 0, []],
  ])(
    'given the hook after a tool was lost, when its batch is over and says %s as the answer, then the call is settled, held or released by that',
    async (_name, response, spent, states) => {
      const { hook, episode, open, manager } = await house();
      const id = await episode();
      await hook(before());
      const { tool_name, tool_input, tool_use_id } = before();
      const use = { tool_name, tool_input, tool_use_id, tool_response: response };
      await hook({ ...sample('13-batch-refused-by-person'), tool_calls: [null, use] });
      expect(await manager.getEpisodeCost(id)).toBe(spent);
      expect(Object.values(await open(id)).map(({ state }) => state)).toEqual(states);
    },
  );

  test.each([
    ['{"detail":{"status":"system_busy"}}', 'released'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'released'],
    ['Request failed with status code 401', 'released'],
    ['HTTP 429 too many requests', 'released'],
    ['Request failed with status code 502', 'held'],
    ['socket hang up', 'held'],
    ['timed out after 60 s', 'held'],
    ['', 'held'],
  ])('given a call fails with %j, then it is %s', async (error, outcome) => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    await hook(before());
    const { said } = await hook({ ...after(), hook_event_name: 'PostToolUseFailure', error });
    const states = Object.values(await open(id)).map(({ state }) => state);
    expect(states).toEqual(outcome === 'held' ? ['held'] : []);
    const wanted = outcome === 'held' ? `showrunner settle ${id} tool:` : 'cost nothing';
    expect(JSON.stringify(said)).toContain(wanted);
    expect(await manager.getEpisodeCost(id)).toBe(0);
  });

  test('given a call is interrupted, then it is held whatever its error says', async () => {
    const { hook, episode, open } = await house();
    const id = await episode();
    await hook(before());
    const error = 'Request failed with status code 401';
    await hook({ ...after(), hook_event_name: 'PostToolUseFailure', error, is_interrupt: true });
    expect(Object.values(await open(id))).toMatchObject([{ state: 'held' }]);
  });

  test('given the host was killed between a call and its answer, when it starts again, then the call is held, the same one is denied until a person answers, and it is paid once', async () => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    await hook(before());
    const { said } = await hook({ ...sample('01-session-start'), source: 'resume' });
    const [key = ''] = Object.keys(await open(id));
    expect((await open(id))[key]?.state).toBe('held');
    expect(JSON.stringify(said)).toContain(`showrunner settle ${id} ${key} <dollars>`);
    expect(await hook({ ...before(), tool_use_id: 'toolu_again' })).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining(`showrunner release ${id} ${key}`),
    });
    await manager.settleCost({ sessionId: id, key, cost: '0.20' });
    expect((await hook({ ...before(), tool_use_id: 'toolu_again' })).kind).toBe('pass');
    await manager.releaseCost({ sessionId: id, key: Object.keys(await open(id))[0] ?? '' });
    expect(await manager.getEpisodeCost(id)).toBe(0.2);
  });

  test('given an agent has chosen a key that runs in a shell, when a session starts and asks again, then the commands that are advised take it as one word', async () => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    await hook(before());
    const [own = ''] = Object.keys(await open(id));
    await manager.releaseCost({ sessionId: id, key: own });
    const key = `${own.split(':').slice(0, 3).join(':')}:$(touch owned)`;
    await manager.reserveCost({
      sessionId: id,
      phase: 'research',
      operation: 'query',
      key,
      maxCost: '0.1',
    });
    const started = await hook({ ...sample('01-session-start'), source: 'resume' });
    const denied = await hook({ ...before(), tool_use_id: 'toolu_again' });
    for (const { said } of [started, denied]) {
      expect(JSON.stringify(said)).toContain(`showrunner settle ${id} '${key}' <dollars>`);
      expect(JSON.stringify(said)).toContain(`showrunner release ${id} '${key}'`);
    }
  });

  test('given another session has a call under way, when a session starts, then that call is left alone', async () => {
    const { hook, episode, open } = await house();
    const id = await episode();
    await hook(before());
    await hook({ ...sample('01-session-start'), session_id: 'another' });
    expect(Object.values(await open(id))).toMatchObject([{ state: 'open' }]);
  });

  test('given a host that gives no ids, then answers settle the oldest call of the same question', async () => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    const call: Payload = { ...before(), hook_event_name: 'BeforeTool', tool_use_id: undefined };
    await hook(call, 'gemini');
    await hook(call, 'gemini');
    expect(Object.keys(await open(id))).toHaveLength(2);
    const answered: Payload = { ...call, hook_event_name: 'AfterTool', tool_response: { cost: 0.1 } };
    await hook(answered, 'gemini');
    await hook(answered, 'gemini');
    expect(await open(id)).toEqual({});
    expect(await manager.getEpisodeCost(id)).toBe(0.2);
  });

  test.each([
    ['gemini', { hook_event_name: 'BeforeTool' }, { hook_event_name: 'AfterTool' }],
    [
      'cursor',
      { hook_event_name: 'beforeMCPExecution', generation_id: 'one for all calls of an answer' },
      { hook_event_name: 'afterMCPExecution', generation_id: 'one for all calls of an answer' },
    ],
  ] as const)(
    'given %s gives no id of a tool use, when the same question is asked again after its answer and amid others, then each is reserved and paid',
    async (host, asks, answers) => {
      const { hook, episode, open, manager } = await house();
      const id = await episode();
      const call: Payload = { ...before(), tool_use_id: undefined };
      const ask = () => hook({ ...call, ...asks }, host);
      const answer = () => hook({ ...call, ...answers, tool_response: { cost: 0.1 } }, host);
      for (const step of [ask, answer, ask, ask, answer, ask]) await step();
      expect(Object.keys(await open(id))).toHaveLength(2);
      for (const step of [answer, answer]) await step();
      expect(await open(id)).toEqual({});
      expect(await manager.getEpisodeCost(id)).toBe(0.4);
    },
  );

  test.each([
    ['answers', { tool_response: { cost: 0.1 } }, 0.1, []],
    [
      'fails, nobody knows how',
      { hook_event_name: 'PostToolUseFailure', error: 'socket hang up', tool_response: undefined },
      0,
      ['held'],
    ],
  ] as const)(
    'given a call was reserved for one episode, when its session turns to another before it %s, then the first bears it',
    async (_what, answered, spent, states) => {
      const { hook, manager, open, episode } = await house();
      const id = await episode();
      await hook(before());
      const other = await episode(2);
      const { session_id } = before();
      await hook({
        ...sample('07-post-showrunner-json-string'),
        session_id,
        tool_response: { session_id: other },
      });
      await hook({ ...after(), ...answered });
      const batch = { ...sample('13-batch-refused-by-person'), session_id };
      await hook({ ...batch, tool_calls: [{ ...after(), ...answered }] });
      expect(Object.values(await open(id)).map(({ state }) => state)).toEqual(states);
      expect(await manager.getEpisodeCost(id)).toBe(spent);
      expect(await manager.getEpisodeCost(other)).toBe(0);
    },
  );

  test('given somebody changes what a tool is given after it was reserved, then its answer settles it all the same', async () => {
    const { hook, episode, open, manager } = await house();
    const id = await episode();
    await hook(before());
    const changed = { ...after({ cost: 0.1 }), tool_input: { query: 'changed by another hook' } };
    await hook(changed);
    await hook({ ...sample('13-batch-refused-by-person'), tool_calls: [changed] });
    expect(await open(id)).toEqual({});
    expect(await manager.getEpisodeCost(id)).toBe(0.1);
  });

  test('given Codex, where a failed call tells nothing, when it stops, then the call is held', async () => {
    const { hook, episode, open } = await house({ tools: [{ ...speech, phase: 'research' }] });
    const id = await episode();
    await hook(sample('30-codex-pre-mcp'), 'codex');
    await hook({ ...sample('30-codex-pre-mcp'), hook_event_name: 'Stop' }, 'codex');
    expect(Object.values(await open(id))).toMatchObject([{ state: 'held' }]);
  });
});

describe('subagents', () => {
  const pre = () => sample('03-pre-agent-researcher');
  const usage = 0.000_36 + 0.000_6 + 0.003_75 + 0.000_6;

  test('given a subagent in the foreground, then its usage is paid by the price of its model, once', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    expect((await hook(pre())).kind).toBe('pass');
    for (let n = 0; n < 2; n += 1) await hook(sample('08-post-agent-foreground-usage'));
    expect(await manager.getPhaseCost(id, 'research')).toBeCloseTo(usage, 9);
  });

  test('given a subagent whose report is JSON, then the host’s own usage is paid, whatever the report claims', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    const post = sample('08-post-agent-foreground-usage');
    const text = JSON.stringify({ dance: 'waggle', agentId: 'b', usage: { input_tokens: 1 } });
    const response = { ...(post['tool_response'] as object), content: [{ type: 'text', text }] };
    await hook({ ...post, tool_response: response });
    expect(await manager.getPhaseCost(id, 'research')).toBeCloseTo(usage, 9);
  });

  test('given one in the background, then its transcript is paid when it ends, each message once', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook(pre());
    await hook(sample('09-post-agent-background-no-usage'));
    const ended = {
      ...sample('10-subagent-stop'),
      agent_transcript_path: join(import.meta.dirname, 'samples/agent-transcript.jsonl'),
    };
    for (let n = 0; n < 2; n += 1) await hook(ended);
    expect(await manager.getPhaseCost(id, 'research')).toBeCloseTo(usage, 9);
  });

  test.each(['researcher', 'one without a phase'])(
    'given a paid call of one in the background (%s), when the agent stops, then it stays reserved until that has ended; what is unanswered then was refused',
    async (type) => {
      const { hook, episode, open } = await house();
      const id = await episode();
      await hook(sample('09-post-agent-background-no-usage'));
      await hook(before());
      await hook(sample('16-stop'));
      expect(Object.values(await open(id))).toMatchObject([{ state: 'open' }]);
      await hook({ ...sample('10-subagent-stop'), agent_type: type });
      await hook(sample('17-stop-again'));
      expect(await open(id)).toEqual({});
    },
  );

  test('given a foreground one ends, then its transcript is not paid beside its answer', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook({
      ...sample('10-subagent-stop'),
      agent_transcript_path: join(import.meta.dirname, 'samples/agent-transcript.jsonl'),
    });
    await hook(sample('08-post-agent-foreground-usage'));
    expect(await manager.getPhaseCost(id, 'research')).toBeCloseTo(usage, 9);
  });

  test('given a model without a price, then it is counted and nothing is invented', async () => {
    const { hook, episode, manager, directory } = await house({ tools: [] });
    const id = await episode();
    await hook(sample('08-post-agent-foreground-usage'));
    expect(await manager.getEpisodeCost(id)).toBe(0);
    expect(hookCounts(directory).unpriced).toEqual({ 'model claude-sonnet-5': 1 });
  });

  test('given a writer before its phase can begin, then it is denied; given the phase can begin, then it passes', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    const writer = { ...pre(), tool_input: { subagent_type: 'writer' } };
    expect((await hook(writer)).kind).toBe('deny');
    await manager.updatePhase({ sessionId: id, phase: 'research', status: 'complete' });
    expect((await hook(writer)).kind).toBe('pass');
  });
});

describe('around a session', () => {
  test('given an active phase without a checkpoint, when the agent stops, then it is blocked once and never twice', async () => {
    const { hook, episode } = await house();
    const id = await episode();
    await hook(before());
    await hook(after());
    const { said } = await hook(sample('16-stop'));
    expect(said).toEqual({ decision: 'block', reason: expect.stringContaining(`research of ${id}`) });
    expect((await hook(sample('17-stop-again'))).kind).toBe('pass');
    expect((await hook(sample('16-stop'))).kind).toBe('pass');
  });

  test('given a stop that another hook has blocked before, then it is not blocked again', async () => {
    const { hook, episode } = await house();
    await episode();
    await hook(before());
    await hook(after());
    expect((await hook(sample('17-stop-again'))).kind).toBe('pass');
  });

  test('given a checkpoint of the phase, when the agent stops, then it stops', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook(before());
    await hook(after());
    await manager.saveCheckpoint({ sessionId: id, phase: 'research', data: { found: 1 } });
    expect((await hook(sample('16-stop'))).kind).toBe('pass');
  });

  test('given an episode under way, when a session starts, then the agent hears how it stands and what waits for a person', async () => {
    const { hook, manager } = await house();
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees', approvals: ['research'] });
    await manager.updatePhase({ sessionId: id, phase: 'research', status: 'active' });
    await manager.updatePhase({ sessionId: id, phase: 'research', status: 'complete' });
    const { said } = await hook(sample('01-session-start'));
    expect(said).toMatchObject({
      hookSpecificOutput: {
        hookEventName: 'SessionStart',
        additionalContext: expect.stringMatching(
          new RegExp(`${id} "Bees" is research\\.review.*showrunner approve ${id}`),
        ),
      },
    });
  });

  test('given a host died amid a call of the last of many episodes, when its session starts again, then that call is held too, and five are told', async () => {
    const { hook, manager, open, episode } = await house();
    for (let n = 1; n <= 7; n += 1) await manager.createEpisodeSession({ episodeNum: n, topic: 'Bees' });
    const id = await episode(8);
    await hook(before());
    expect((await manager.listEpisodes()).slice(0, 5).map((one) => one.session_id)).not.toContain(id);
    const { said } = await hook(sample('01-session-start'));
    const told = JSON.stringify(said);
    expect(Object.values(await open(id))).toMatchObject([{ state: 'held' }]);
    expect(told).toContain(`showrunner settle ${id}`);
    expect(told.match(/"Bees\\" is initialized/g)).toHaveLength(5);
    expect(told).toContain('and 3 more: list_episodes');
  });

  test('given the host compacts, then the phase has a checkpoint of its own name', async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook(sample('18-pre-compact'));
    await hook(sample('18-pre-compact'));
    expect(Object.keys((await manager.getSnapshot(id)).context.checkpoints)).toEqual([
      'compact_1',
      'compact_2',
    ]);
  });

  test('given the workflow command, then the episode is proposed, and found when it is there', async () => {
    const { hook, manager } = await house();
    const expansion = sample('02-expansion-podcast-workflow');
    expect(await hook(expansion)).toMatchObject({
      text: expect.stringContaining('create_episode with episode_num 1 and topic "Why bees dance"'),
    });
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
    expect(await hook(expansion)).toMatchObject({ text: expect.stringContaining(id) });
  });

  test('given the command of a phase, then it begins in its order, and is refused with what to do before it', async () => {
    const { hook, manager } = await house();
    const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
    const command = (name: string): Payload => ({
      ...sample('02-expansion-podcast-workflow'),
      command_name: name,
      command_args: '1',
    });
    expect(await hook(command('audio-workflow'))).toMatchObject({
      kind: 'block',
      reason: expect.stringContaining(`showrunner phase ${id} research active`),
    });
    expect((await hook(command('research-workflow'))).kind).toBe('context');
    expect(await manager.getPhaseStatus(id, 'research')).toBe('active');
  });

  test('given two episodes of one number, then each session pays for its own', async () => {
    const { hook, manager, episode } = await house();
    const ids = [await episode(), await episode()];
    for (const [n, id] of ids.entries()) {
      const session = { session_id: `host ${n}` };
      expect(await hook({ ...before(), ...session })).toMatchObject({
        kind: 'deny',
        reason: expect.stringContaining('2 episodes are under way'),
      });
      await hook({
        ...sample('07-post-showrunner-json-string'),
        ...session,
        tool_response: { session_id: id },
      });
      expect((await hook({ ...before(), ...session })).kind).toBe('pass');
      await hook({ ...after({ cost: 0.1 * (n + 1) }), ...session });
    }
    expect(await Promise.all(ids.map((id) => manager.getEpisodeCost(id)))).toEqual([0.1, 0.2]);
  });

  test.each([
    ['codex', 'mcp__showrunner__get_episode', (id: string) => ({ structuredContent: { session_id: id } })],
    ['gemini', 'mcp_showrunner_get_episode', (id: string) => JSON.stringify({ session_id: id })],
    ['opencode', 'showrunner_get_episode', (id: string) => JSON.stringify({ session_id: id })],
    [
      'cursor',
      'get_episode',
      (id: string) =>
        JSON.stringify({ content: [{ type: 'text', text: JSON.stringify({ session_id: id }) }] }),
    ],
  ] as const)(
    'given two episodes and %s, whose name for our tool is %s, when the agent does as the denial says, then its call is for that episode',
    async (host, tool, answerFor) => {
      const { hook, open, episode } = await house({ tools: [{ ...perplexity, match: '*perplexity*' }] });
      await episode();
      const meant = await episode(2);
      const asked = await hook(before(), host);
      expect(JSON.stringify(asked.said)).toContain('Call get_episode with the session_id');
      const looked = { ...after(answerFor(meant)), tool_name: tool, tool_input: { session_id: meant } };
      await hook(looked, host);
      expect((await hook(before(), host)).kind).toBe('pass');
      expect(Object.keys(await open(meant))).toHaveLength(1);
    },
  );

  test('given a tool of a foreign server that has the name of one of ours and a price, then it is reserved in Cursor, too, which names no servers', async () => {
    const { hook, open, episode } = await house({ tools: [{ ...perplexity, match: 'get_episode' }] });
    const id = await episode();
    await hook({ ...before(), tool_name: 'get_episode' }, 'cursor');
    expect(Object.keys(await open(id))).toHaveLength(1);
  });

  test.each([
    '11-machine-prompt-task-notification',
    '04-subagent-start',
    '19-elicitation',
    '14-failure-bash',
  ])('given %s, then the hook is silent and nothing changes', async (name) => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    const position = manager.production.position;
    expect((await hook(sample(name))).said).toBeUndefined();
    expect(manager.production.position).toBe(position);
    expect(await manager.getEpisodeCost(id)).toBe(0);
  });
});

describe('shadow, and what is broken', () => {
  test('given shadow mode, then nothing is denied, what would have been is counted, and what was paid is booked', async () => {
    const { hook, episode, manager, directory } = await house({
      enforce: 'shadow',
      tools: [{ ...speech, phase: 'audio' }, perplexity],
    });
    const id = await episode();
    expect((await hook(sample('12-pre-tts-too-early'))).kind).toBe('pass');
    expect(hookCounts(directory)).toMatchObject({
      denied: 0,
      would_deny: { mcp__ElevenLabs__text_to_speech: 1 },
      would_deny_calls: 1,
      would_deny_cost: Number(speech.max_cost),
    });
    await hook(before());
    await hook(after({ cost: 0.1 }));
    expect(await manager.getEpisodeCost(id)).toBe(0.1);
  });

  test("given shadow mode and two episodes, none of them this session's, then what a call has cost is told to belong to none", async () => {
    const { hook, episode, notes } = await house({ enforce: 'shadow', tools: [perplexity] });
    for (const number of [1, 2]) await episode(number);
    await hook(before());
    await hook(after({ cost: 0.1 }));
    expect(notes).toEqual([
      expect.stringMatching(/\$0\.10 of perplexity_query belong to no episode: 2 episodes are under way/),
    ]);
  });

  test.each(['{', '{"tools":[{"match":"x"}]}', '[]'])(
    'given the table is %j, then a tool of a foreign server is denied with why, and every other passes',
    async (text) => {
      const { hook, episode, directory, notes } = await house();
      await episode();
      writeFileSync(join(directory, 'hooks.json'), text);
      expect(await hook(before())).toMatchObject({
        kind: 'deny',
        reason: expect.stringContaining('hooks.json'),
      });
      expect((await hook({ ...before(), tool_name: 'Read' })).kind).toBe('pass');
      expect((await hook(sample('16-stop'))).kind).toBe('pass');
      expect(notes.length).toBeGreaterThan(0);
    },
  );

  test.each([
    ['gemini', 'mcp_perplexity_ask', 'read_file'],
    ['cursor', 'ask', ''],
    ['opencode', 'perplexity_ask', 'webfetch'],
  ] as const)(
    'given a table that cannot be read and %s, which names servers in its own way, then %s is denied, and %j passes',
    async (host, foreign, own) => {
      const { hook, directory } = await house();
      writeFileSync(join(directory, 'hooks.json'), '{');
      expect((await hook({ ...before(), tool_name: foreign }, host)).kind).toBe('deny');
      const event = own === '' ? 'beforeShellExecution' : 'PreToolUse';
      expect((await hook({ ...before(), hook_event_name: event, tool_name: own }, host)).kind).toBe('pass');
    },
  );

  test("given Cursor, whose answers are JSON text around the tool's own, then the cost in it is booked", async () => {
    const { hook, episode, manager } = await house();
    const id = await episode();
    await hook({ ...before(), hook_event_name: 'beforeMCPExecution' }, 'cursor');
    const answer = JSON.stringify({ content: [{ type: 'text', text: '{"cost":"0.02"}' }] });
    await hook({ ...after(answer), hook_event_name: 'afterMCPExecution' }, 'cursor');
    expect(await manager.getEpisodeCost(id)).toBe(0.02);
  });

  test('given the production is missing, then a priced tool is denied and nothing is made', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'hooks.json'), JSON.stringify({ tools: [perplexity] }));
    const fails = () => Promise.reject(new Error('there is no production'));
    const answer = (payload: Payload) =>
      answerHook(parseHookCall(payload), { directory, open: fails, note: () => {} });
    expect(await answer(before())).toMatchObject({
      kind: 'deny',
      reason: expect.stringContaining('there is no production'),
    });
    expect((await answer(sample('01-session-start'))).kind).toBe('pass');
    expect((await answer({ ...before(), tool_name: 'Read' })).kind).toBe('pass');
  });

  test.each([null, 1, 'x', [], {}, { hook_event_name: 3 }])(
    'given the payload %j, then it is refused by name',
    (payload) => {
      expect(() => parseHookCall(payload)).toThrow(TypeError);
    },
  );
});
