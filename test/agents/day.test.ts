import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerHook } from '../../src/agents/hooks/answer-hook.js';
import { parseHookCall } from '../../src/agents/hooks/hook-call.js';
import { runTool, type Call } from '../../src/agents/run-tool.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

type Fields = Record<string, unknown>;

const table = {
  tools: [
    { match: 'mcp__*perplexity*', phase: 'research', operation: 'perplexity_query', max_cost: '0.25' },
    { match: 'mcp__elevenlabs__*', phase: 'audio', operation: 'speech', max_cost: '0.50' },
  ],
  models: { 'claude-sonnet-*': { input: '3', output: '15', cache_write: '3.75', cache_read: '0.30' } },
};

function sample(name: string): Fields {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'samples', `${name}.json`), 'utf8')) as Fields;
}

/** A host as the samples show one: its hooks, our server's tools, and a person who says yes when asked. */
async function host() {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  writeFileSync(join(directory, 'hooks.json'), JSON.stringify(table));
  const hook = (name: string, more: Fields = {}) =>
    answerHook(parseHookCall({ ...sample(name), ...more }), {
      directory,
      open: () => Promise.resolve(manager),
      note: () => {},
    });
  const command = (line: string) => {
    const [name, ...args] = line.slice(1).split(' ');
    return hook('02-expansion-podcast-workflow', { command_name: name, command_args: args.join(' ') });
  };
  const tool = async (name: string, given: Fields) => {
    const asked: string[] = [];
    const ask = (responses: Fields | undefined) =>
      runTool(name, {
        manager,
        given,
        asking: {
          canAsk: true,
          responses,
          by: 'ann by elicitation',
          agent: 'agent',
          question: (about: string) => (asked.push(about), { content: [] }),
        },
      } as unknown as Call);
    const first = await ask(undefined);
    const [about] = asked;
    const yes = { action: 'accept', content: { approve: true } };
    const answer = about === undefined ? first : await ask({ [about]: yes });
    return answer['structuredContent'] as Fields;
  };
  return { manager, hook, command, tool };
}

test('given an agent’s day by the workflow’s commands, when its host is killed amid a paid call, then each phase has its order, a person approves and answers, each call is paid once, and what each agent used is told', async () => {
  const { manager, hook, command, tool } = await host();
  expect(await command('/podcast-workflow 1 "Why bees dance"')).toMatchObject({
    text: expect.stringContaining('create_episode with episode_num 1 and topic "Why bees dance"'),
  });
  const made = await tool('create_episode', {
    episode_num: 1,
    topic: 'Why bees dance',
    approvals: ['script'],
  });
  const id = made['session_id'] as string;
  await hook('07-post-showrunner-json-string', { tool_response: JSON.stringify(made) });
  const phase = (name: string, status: string) =>
    tool('update_phase', { session_id: id, phase: name, status });

  expect(await command('/audio-workflow 1')).toMatchObject({ kind: 'block' });
  expect(await command('/research-workflow 1')).toMatchObject({ kind: 'context' });
  expect((await hook('03-pre-agent-researcher')).kind).toBe('pass');
  expect((await hook('05-pre-perplexity-in-subagent')).kind).toBe('pass');
  await hook('06-post-perplexity-content-array', { tool_response: { cost: 0.12 } });
  await hook('08-post-agent-foreground-usage');
  await phase('research', 'complete');

  expect(await command('/production-workflow 1')).toMatchObject({ kind: 'context' });
  await phase('script', 'complete');
  expect(await hook('12-pre-tts-too-early')).toMatchObject({
    kind: 'deny',
    reason: expect.stringContaining('waits for approval'),
  });
  expect(await command('/audio-workflow 1')).toMatchObject({ kind: 'block' });
  expect(await tool('request_approval', { session_id: id })).not.toHaveProperty('pending');

  expect(await command('/audio-workflow 1')).toMatchObject({ kind: 'context' });
  expect((await hook('12-pre-tts-too-early', { tool_use_id: 'toolu_a' })).kind).toBe('pass');
  // Here its host is killed. It begins anew.
  const told = await hook('01-session-start', { source: 'resume' });
  const [key = ''] = Object.keys((await manager.getSnapshot(id)).context.operations);
  expect(JSON.stringify(told)).toContain(`showrunner settle ${id}`);
  expect(await hook('12-pre-tts-too-early', { tool_use_id: 'toolu_b' })).toMatchObject({ kind: 'deny' });
  await manager.settleCost({ sessionId: id, key, cost: '0.40' });
  const speech = { tool_use_id: 'toolu_c', tool_input: { text: 'The second part.' } };
  expect((await hook('12-pre-tts-too-early', speech)).kind).toBe('pass');
  const answered = { ...speech, hook_event_name: 'PostToolUse', tool_response: { cost: '0.30' } };
  for (let n = 0; n < 2; n += 1) await hook('12-pre-tts-too-early', answered);
  expect(await phase('audio', 'complete')).toMatchObject({ status: 'complete' });

  const events = (await manager.history(id)).map(({ event }) => event as Fields);
  const recorded = events.filter(({ type }) => type === 'cost.recorded');
  expect(recorded).toMatchObject([{ operation: 'agent_researcher', cost: 5310 }]);
  const approvals = events.filter(({ type }) => type === 'review.approve');
  expect(approvals).toMatchObject([{ by: 'ann by elicitation' }]);
  expect(await manager.getPhaseCost(id, 'research')).toBe(0.12531);
  expect(await manager.getPhaseCost(id, 'audio')).toBe(0.7);
  await expectSound(manager);
});
