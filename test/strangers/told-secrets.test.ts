import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect, onTestFinished, test } from 'vitest';
import { answerHook } from '../../src/agents/hooks/answer-hook.js';
import { parseHookCall } from '../../src/agents/hooks/hook-call.js';
import { renderVerdict } from '../../src/agents/hooks/render-verdict.js';
import { listedTools } from '../../src/agents/tools.js';
import { examineOutward } from '../../src/cli/examine-outward.js';
import { scrape } from '../../src/studio/scrape.js';
import { deliver, Endpoints } from '../../src/telemetry/index.js';
import { instrument } from '../../src/telemetry/instrument.js';
import { defineCrew } from '../../src/index.js';
import { connect } from '../agents/_client.js';
import { planted } from '../support/planted.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startReceiver } from '../telemetry/_receiver.js';

/** In pieces that any field takes. */
const pieces = [0, 6, 12].map((from) => planted.slice(from, from + 6).join(' '));

/** All bytes below a folder, without the file that holds webhooks' addresses and keys, which is its owner's alone. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(?:hooks|webhooks)\.json$|^transcript/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

function found(...texts: unknown[]): string[] {
  const all = texts.map((text) => (typeof text === 'string' ? text : JSON.stringify(text))).join('\n');
  return planted.filter((secret) => all.includes(secret));
}

test('given secrets in each argument of each tool, each address of a resource and each prompt, then no answer, no error, no question to a person and no file has one', async () => {
  const questions: string[] = [];
  const { client, call, directory } = await connect('http', 'new', temporaryDirectory(), {
    action: 'accept',
    approve: true,
  });
  client.setRequestHandler('elicitation/create', ({ params }) => {
    questions.push(params.message);
    return { action: 'accept', content: { approve: true } };
  });
  const { found: made } = await call('create_episode', { episode_num: 1, topic: 'Bees' });
  const id = made['session_id'];
  // prettier-ignore
  const usual: Record<string, unknown> = {
    session_id: id, phase: 'research', status: 'active', action: 'pause', scope: 'total', amount: '1',
    operation: 'ask', max_cost: '0.1', key: 'k', reason: 'r', name: 'n', value: 1, episode_num: 2, topic: 't',
  };
  await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
  const answers: unknown[] = [];
  for (const { name, inputSchema } of listedTools()) {
    const { properties, required } = inputSchema;
    const needed = Object.fromEntries(
      required.filter((field) => field in usual).map((field) => [field, usual[field]]),
    );
    for (const [turn, field] of Object.keys(properties).entries())
      answers.push(
        await client
          .callTool({ name, arguments: { ...needed, [field]: pieces[turn % pieces.length] } })
          .catch((error: unknown) => String(error)),
      );
  }
  for (const secret of pieces)
    for (const ask of [
      () => client.readResource({ uri: `showrunner://${secret}` }),
      () => client.getPrompt({ name: secret, arguments: {} }),
      () => client.getPrompt({ name: 'produce', arguments: { number: '1', topic: secret } }),
      () => client.callTool({ name: secret, arguments: {} }),
    ])
      answers.push(await ask().catch((error: unknown) => String(error)));
  expect(questions.join('\n')).toContain('Reason given: [redacted]');
  expect(JSON.stringify(answers)).toContain('[redacted]');
  expect(found(answers, questions, everything(directory))).toEqual([]);
}, 60_000);

test('given secrets in each field of each payload of a host, and in a transcript, then no answer, no note and no file has one', async () => {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const row = { match: '*', phase: 'research', operation: 'ask', max_cost: '0.01' };
  const said: unknown[] = [];
  const samples = resolve(import.meta.dirname, '../agents/samples');
  const payloads = readdirSync(samples)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(samples, name), 'utf8'));
  const usage = { input_tokens: 10, output_tokens: 10 };
  for (const tools of [[row], []])
    for (const [turn, piece] of pieces.entries()) {
      writeFileSync(
        join(directory, 'hooks.json'),
        JSON.stringify({ tools, agents: { [piece]: 'research' } }),
      );
      const transcript = join(directory, `transcript${turn}.jsonl`);
      writeFileSync(transcript, JSON.stringify({ message: { id: planted[turn], model: piece, usage } }));
      for (const payload of payloads) {
        const replaced = JSON.parse(payload, (name, value: unknown) => {
          if (name === 'agent_transcript_path') return transcript;
          const isKept = /^(?:hook_event_name|session_id|command_name)$/.test(name);
          return typeof value === 'string' && !isKept ? piece : value;
        }) as object;
        const call = parseHookCall(replaced);
        const house = { directory, open: async () => manager, note: (note: string) => said.push(note) };
        said.push(renderVerdict(call, await answerHook(call, house)) ?? 'pass');
      }
    }
  expect(found(said, everything(directory))).toEqual([]);
  expect(everything(join(directory, '.hooks'))).toContain('[redacted]');
});

test('given secrets in what people and crews say, and in a webhook’s address, then neither what is delivered nor what is traced, measured and advised has one', async () => {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory);
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(instrument(manager, { tracerProvider }));
  const receiver = await startReceiver((response, number) =>
    response.writeHead(number === 1 ? 500 : 204).end(),
  );
  const endpoints = new Endpoints(directory);
  const url = `${receiver.url}?token=${planted[0] ?? ''}`;
  const { secret } = endpoints.add({ url, types: ['*'], from: 0, allowPrivate: true });
  const crew = defineCrew({
    research: async ({ operation, progress }) => {
      progress(0.5, pieces[0] ?? '');
      await operation('ask', { key: 'a', maxCost: '0.1' }, async () => ({ result: pieces, cost: '0.01' }));
      return { pieces };
    },
    script: ({ operation }) =>
      operation('write', { key: 'b', maxCost: '0.1' }, () => {
        throw Object.assign(new Error(`401 Incorrect API key: ${pieces.join(' ')}`), { status: 401 });
      }),
    audio: () => Promise.resolve('done'),
  });
  const progress: unknown[] = [];
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: pieces[0] ?? '' });
  await manager.produce(sessionId, crew, { onProgress: (told) => progress.push(told) });
  await manager.changePolicy({ set: { 'budgets.total': '9' }, by: 'ada', reason: pieces[1] ?? '' });
  await manager.cancelEpisode({ sessionId, reason: pieces[2] ?? '' });
  const notes: string[] = [];
  const options = {
    production: manager.production,
    endpoints,
    signal: new AbortController().signal,
    once: true,
  };
  await deliver({ ...options, note: (note) => notes.push(note) });
  const advised = examineOutward(directory);
  await deliver({ ...options, note: (note) => notes.push(note) });
  const bodies = receiver.received.map(({ body }) => body);
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
  expect(bodies.join('\n')).toContain('[redacted]');
  expect(spans.map(({ name }) => name)).toContain('execute_tool write');
  expect(JSON.stringify(advised)).toContain('token=[redacted]');
  expect(
    found(bodies, spans, notes, advised, progress, await scrape(manager), everything(directory)),
  ).toEqual([]);
  // Nor the key that its deliveries are signed with.
  const headers = receiver.received.map((each) => JSON.stringify(each.headers));
  expect(
    [...bodies, ...headers, ...notes, JSON.stringify(advised)].filter((text) => text.includes(secret)),
  ).toEqual([]);
});
