import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveOverHttp } from '../../src/agents/serve.js';
import { hookFields, listedTools } from '../../src/agents/tools.js';
import { ProductionStateManager } from '../../src/index.js';
import { connect, freshDirectory, type Era, type Way } from './_client.js';

const ways: [Way, Era][] = [
  ['stdio', 'old'],
  ['stdio', 'new'],
  ['http', 'old'],
  ['http', 'new'],
];

describe('the list of tools', () => {
  test('given the whole list, then it is at most 12 kB and no name is longer than 29 characters', () => {
    const list = listedTools();
    expect(Buffer.byteLength(JSON.stringify({ tools: list }))).toBeLessThanOrEqual(12_000);
    expect(list.filter(({ name }) => name.length > 29 || !/^[a-z]+_[a-z_]+$/.test(name))).toEqual([]);
    expect(listedTools('core')).toHaveLength(4);
  });

  test('given any tool, then no argument of it is an approval', () => {
    const names = listedTools().flatMap(({ inputSchema }) => Object.keys(inputSchema.properties));
    expect(names.filter((name) => /approved?$|by$|confirm/.test(name))).toEqual([]);
  });
});

describe.each(ways)('a client over %s in the %s protocol', (way, era) => {
  test('given a fresh production, when an episode is made and a cost reserved and settled, then money comes as decimal strings', async () => {
    const { client, call } = await connect(way, era, freshDirectory());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('create_episode');
    const { found: made } = await call('create_episode', { episode_num: 1, topic: 'Why bees dance' });
    const id = made['session_id'] as string;
    await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
    const cost = { session_id: id, phase: 'research', operation: 'search', max_cost: '0.25', key: 'q1' };
    expect((await call('reserve_cost', cost)).found).toMatchObject({ left: '6.75' });
    const settled = await call('settle_cost', { session_id: id, action: 'settle', key: 'q1', cost: '0.05' });
    expect(settled.found).toMatchObject({ total_cost: '0.05', left: '6.95' });
    const money = await call('get_episode', { session_id: id, view: 'money' });
    expect(money.found).toMatchObject({ budget: '7.00', phases: { research: { spent: '0.05' } } });
  });

  test('given a call that is repeated with the id of one tool use, then it charges once', async () => {
    const { call } = await connect(way, era, freshDirectory());
    const { found } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
    const id = found['session_id'] as string;
    await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
    const record = { session_id: id, action: 'record', phase: 'research', operation: 'search', cost: '0.10' };
    await call('settle_cost', record, 'toolu_1');
    const again = await call('settle_cost', record, 'toolu_1');
    expect(again).toMatchObject({ refused: false, found: { total_cost: '0.10' } });
    expect((await call('settle_cost', record, 'toolu_2')).found).toMatchObject({ total_cost: '0.20' });
    const reserve = { session_id: id, phase: 'research', operation: 'search', max_cost: '1.00' };
    await call('reserve_cost', reserve, 'toolu_3');
    expect((await call('reserve_cost', reserve, 'toolu_3')).found).toMatchObject({
      left: '5.80',
      key: 'tool:toolu_3',
    });
  });

  test('given a refusal, then it is an error with code, message and remedy', async () => {
    const { call } = await connect(way, era, freshDirectory());
    const { found } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
    const wrong = await call('update_phase', {
      session_id: found['session_id'],
      phase: 'audio',
      status: 'active',
    });
    expect(wrong).toMatchObject({ refused: true, found: { code: 'phase_out_of_order', remedy: 'caller' } });
    expect(await call('get_episode', {})).toMatchObject({ refused: true, found: { code: 'invalid_input' } });
    expect(await call('get_episode', { session_id: found['session_id'], approved: true })).toMatchObject({
      refused: true,
      found: { code: 'invalid_input' },
    });
  });

  test('given a status that is none, when episodes of it are asked for, then it is refused with those there are, and an empty list is no answer', async () => {
    const { call } = await connect(way, era, freshDirectory());
    await call('create_episode', { episode_num: 1, topic: 'Bees' });
    const { found, refused } = await call('list_episodes', { status: 'running' });
    expect(refused).toBe(true);
    expect(found['message']).toMatch(/^status: "running" is none; there are initialized, research/);
    expect((await call('list_episodes', { status: 'initialized' })).found['episodes']).toHaveLength(1);
  });

  test('given an argument that the engine refuses, then it is named as the tool names it', async () => {
    const { call } = await connect(way, era, freshDirectory());
    const { found } = await call('create_episode', { episode_num: -1, topic: 'Bees' });
    expect(found['message']).toMatch(/^episode_num: /);
  });

  test('given a prompt without what it needs, and a resource that is none, then both are errors of who asks', async () => {
    const { call, client } = await connect(way, era, freshDirectory());
    await call('create_episode', { episode_num: 1, topic: 'Bees' });
    const tries = [
      () => client.getPrompt({ name: 'produce' }),
      () => client.getPrompt({ name: 'constructor' }),
      () => client.readResource({ uri: 'showrunner://nothing' }),
      () => client.readResource({ uri: 'showrunner://episodes/ep_001_20200101_000000' }),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toMatchObject({ code: -32602 });
  });

  test('given nobody who can be asked, when approval is requested, then it stays pending', async () => {
    const { call } = await connect(way, era, freshDirectory());
    const id = await inReview(call);
    const { found } = await call('request_approval', { session_id: id });
    expect(found).toMatchObject({ pending: true, person: 'absent', state: 'research.review' });
    expect(found['next']).toContain(`showrunner approve ${id}`);
  });
});

describe.each<[Way, Era]>([
  ['stdio', 'old'],
  ['stdio', 'new'],
  ['http', 'new'],
])('a person asked over %s in the %s protocol', (way, era) => {
  test('given a yes, then the phase is approved and the channel is on record', async () => {
    const { call } = await connect(way, era, freshDirectory(), { action: 'accept', approve: true });
    const id = await inReview(call);
    expect((await call('request_approval', { session_id: id })).found).toMatchObject({ status: 'script' });
    const raise = { session_id: id, scope: 'total', amount: '1.00', reason: 'longer' };
    expect((await call('raise_budget', raise)).found).toMatchObject({ left: '8.00' });
  });

  test.each([{ action: 'accept', approve: false }, { action: 'decline' }, { action: 'cancel' }] as const)(
    'given %o, then everything is as it was',
    async (person) => {
      const { call } = await connect(way, era, freshDirectory(), person);
      const id = await inReview(call);
      const { found } = await call('request_approval', { session_id: id });
      expect(found).toMatchObject({ pending: true, state: 'research.review' });
      const raise = { session_id: id, scope: 'total', amount: '1.00', reason: 'longer' };
      expect((await call('raise_budget', raise)).found).toMatchObject({ pending: true, left: '7.00' });
    },
  );
});

test('given an approval by elicitation, then the history names the channel', async () => {
  const directory = freshDirectory();
  const { call } = await connect('stdio', 'new', directory, { action: 'accept', approve: true });
  const id = await inReview(call);
  await call('request_approval', { session_id: id });
  const manager = await ProductionStateManager.open({ directory, readOnly: true });
  onTestFinished(() => manager.close());
  const approval = (await manager.history(id)).find(({ type }) => type === 'review.approve');
  expect(approval?.event).toMatchObject({ by: 'tester by elicitation' });
});

test('given 5,000 episodes, when they are listed page by page, then each is there once and no answer passes 8 kB', async () => {
  const directory = freshDirectory();
  const maker = await ProductionStateManager.open({ directory });
  await Promise.all(
    Array.from({ length: 5000 }, (_each, index) =>
      maker.createEpisodeSession({ episodeNum: index + 1, topic: `Episode ${index + 1} "quoted"` }),
    ),
  );
  await maker.close();
  const { call } = await connect('http', 'new', directory);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { found, bytes } = await call('list_episodes', cursor === undefined ? {} : { cursor });
    expect(bytes).toBeLessThanOrEqual(8_000);
    seen.push(...(found['episodes'] as { session_id: string }[]).map(({ session_id: id }) => id));
    cursor = found['next_cursor'] as string | undefined;
  } while (cursor !== undefined);
  expect(seen).toHaveLength(5000);
  expect(new Set(seen).size).toBe(5000);
});

test('given a large checkpoint, when it is loaded page by page, then the pages are its data and none passes 8 kB', async () => {
  const { call } = await connect('http', 'new', freshDirectory());
  const { found: made } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
  const id = made['session_id'] as string;
  await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
  const data = { script: 'She said "hé 🐝"\n'.repeat(1000) };
  await call('save_checkpoint', { session_id: id, phase: 'research', data });
  let text = '';
  let cursor: string | undefined;
  do {
    const { found, bytes } = await call('load_checkpoint', {
      session_id: id,
      name: 'research',
      ...(cursor === undefined ? {} : { cursor }),
    });
    expect(bytes).toBeLessThanOrEqual(8_000);
    text += found['data'] as string;
    cursor = found['next_cursor'] as string | undefined;
  } while (cursor !== undefined);
  expect(JSON.parse(text)).toEqual(data);
});

test.each<[Way, Era]>([
  ['stdio', 'new'],
  ['http', 'old'],
])(
  'given the hooks of a host ask the server over %s in the %s protocol around a tool, then it is reserved, settled once by what the answer states, and denied out of its phase, as by the program',
  async (way, era) => {
    const { call, directory } = await connect(way, era, freshDirectory());
    const { found } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
    const id = found['session_id'] as string;
    await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
    writeFileSync(join(directory, 'hooks.json'), JSON.stringify(hookTable));
    const use = { ...interpolated('05-pre-perplexity-in-subagent'), session_id: 'host' };
    expect((await call('answer_hook', use)).found).toEqual({});
    expect((await call('get_episode', { session_id: id })).found).toMatchObject({ left: '6.75' });
    const answered = {
      ...use,
      hook_event_name: 'PostToolUse',
      tool_response: JSON.stringify([{ type: 'text', text: '{"cost":"0.02"}' }]),
    };
    for (let n = 0; n < 2; n += 1) expect((await call('answer_hook', answered)).found).toEqual({});
    expect((await call('get_episode', { session_id: id })).found).toMatchObject({ total_cost: '0.02' });
    const denied = await call('answer_hook', interpolated('12-pre-tts-too-early'));
    expect(denied).toMatchObject({
      refused: false,
      found: { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny' } },
    });
  },
);

test('given no production, when a hook asks the server before a tool, then what has a price is denied, the rest passes, and nothing is made', async () => {
  const { call, directory } = await connect('stdio', 'new', freshDirectory());
  writeFileSync(join(directory, 'hooks.json'), JSON.stringify(hookTable));
  expect(await call('answer_hook', interpolated('05-pre-perplexity-in-subagent'))).toMatchObject({
    found: { hookSpecificOutput: { permissionDecision: 'deny' } },
  });
  expect((await call('answer_hook', interpolated('14-failure-bash'))).found).toEqual({});
  expect(readdirSync(directory)).toEqual(['hooks.json']);
});

test('given resources and prompts, then they are listed and read', async () => {
  const { client, call } = await connect('stdio', 'new', freshDirectory());
  const { found } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
  const read = await client.readResource({ uri: 'showrunner://state' });
  expect(JSON.stringify(read.contents)).toContain('total_episodes');
  const one = await client.readResource({ uri: `showrunner://episodes/${found['session_id'] as string}` });
  expect(JSON.stringify(one.contents)).toContain('initialized');
  const prompt = await client.getPrompt({ name: 'produce', arguments: { number: '1', topic: 'Bees' } });
  expect(JSON.stringify(prompt.messages)).toContain('create_episode');
});

test.each([
  { host: 'evil.example' },
  { host: '127.0.0.1', origin: 'https://evil.example' },
  { host: '127.0.0.1', origin: 'null' },
])('given a request with %o, then it is answered with 403', async (headers) => {
  const serving = await serveOverHttp(
    {
      open: () => Promise.reject(new Error('never opened')),
      directory: '',
      note: () => {},
      by: 'tester',
    },
    { port: 0, token: 'token' },
  );
  onTestFinished(() => serving.close());
  const status = await new Promise((resolve, reject) => {
    request(serving.url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } })
      .on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject)
      .end('{}');
  });
  expect(status).toBe(403);
});

const hookTable = {
  tools: [
    { match: 'mcp__*perplexity*', phase: 'research', operation: 'perplexity_query', max_cost: '0.25' },
    { match: 'mcp__elevenlabs__*', phase: 'audio', operation: 'speech', max_cost: '0.50' },
  ],
};

/** A sample as Claude Code gives it to a server's tool: each field a text, objects as JSON, what is missing empty. */
function interpolated(name: string): Record<string, string> {
  const path = join(import.meta.dirname, 'samples', `${name}.json`);
  const payload = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string | boolean | object>;
  return Object.fromEntries(
    hookFields.map((field) => {
      const value = payload[field] ?? '';
      return [field, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}

async function inReview(call: Awaited<ReturnType<typeof connect>>['call']): Promise<string> {
  const { found } = await call('create_episode', {
    episode_num: 1,
    topic: 'Bees',
    approvals: ['research'],
  });
  const id = found['session_id'] as string;
  await call('update_phase', { session_id: id, phase: 'research', status: 'complete', data: { facts: 3 } });
  return id;
}

test('given files of a finished phase, when the episode is looked at, then as many as an answer has room for are links to what lies there', async () => {
  const directory = freshDirectory();
  const { call, client } = await connect('http', 'new', directory);
  const id = (await call('create_episode', { episode_num: 1, topic: 'Bees' })).found['session_id'] as string;
  const given = { session_id: id, phase: 'research' };
  await call('update_phase', { ...given, status: 'active' });
  const names = Array.from({ length: 60 }, (_each, index) => `source ${String(index).padStart(2, '0')}.md`);
  for (const name of names) writeFileSync(join(directory, id, 'research', name), name);
  await call('save_checkpoint', { ...given, data: {} });
  await call('update_phase', { ...given, status: 'complete' });
  const result = await client.callTool({ name: 'get_episode', arguments: { session_id: id } });
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(8_000);
  const links = result.content.filter((each) => each.type === 'resource_link');
  expect(links.length).toBeGreaterThan(5);
  const read = links.map(({ uri }) => readFileSync(new URL(uri), 'utf8'));
  expect(read).toEqual(names.slice(0, links.length));
  expect(links[0]).toMatchObject({ name: 'research/source 00.md', size: 12 });
});
