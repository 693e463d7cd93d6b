import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseSettings, preflight, type Finding } from '../../../src/crew/studio/index.js';
import { startFakeElevenLabs } from '../../support/fake-elevenlabs.js';
import { startModelServer, type ModelRequest, type Reply } from '../../support/model-server.js';
import { temporaryDirectory } from '../../support/temporary.js';

const env = {
  OPENAI_API_KEY: 'sk-planted-openai',
  ANTHROPIC_API_KEY: 'sk-ant-planted',
  PERPLEXITY_API_KEY: 'pplx-planted',
  OPENROUTER_API_KEY: 'sk-or-planted',
  ELEVENLABS_API_KEY: 'xi-planted',
};
const models = new Set(['gpt-5.2', 'gpt-4o-mini-tts', 'claude-sonnet-4-5']);
const nothing = { body: { error: { message: 'there is no such thing' } }, status: 404 };

/** Listings as providers give them; whatever else is asked is a request that costs. */
function listings({ path, method, headers }: ModelRequest): Reply {
  if (method !== 'GET') throw new Error(`${method} ${path} is paid`);
  const key = String(headers['x-api-key'] ?? headers['authorization']).replace('Bearer ', '');
  if (path === '/v1/models') return { body: { data: [{ id: 'qwen/qwen3' }, { id: 'qwen3:latest' }] } };
  if (!Object.values(env).includes(key)) return { body: { error: `bad key ${key}` }, status: 401 };
  if (path === '/v1/key') return { body: { data: { label: 'mine' } } };
  const model = decodeURIComponent(/^\/v1\/models\/(.+)$/.exec(path)?.[1] ?? '');
  return models.has(model) ? { body: { id: model } } : nothing;
}

interface Wish {
  studio: Record<string, unknown>;
  keys?: Record<string, string | undefined>;
  reply?: (request: ModelRequest) => Reply;
  minutes?: number;
  freeIn?: () => Promise<number>;
  directory?: string;
}

async function look({ studio, keys = {}, reply = listings, minutes = 3, ...more }: Wish) {
  const server = await startModelServer(reply);
  const voice = await startFakeElevenLabs({ apiKey: env.ELEVENLABS_API_KEY });
  onTestFinished(() => voice.close());
  const at = (base_url: string) => ({ base_url });
  const providers = {
    ...Object.fromEntries(
      ['openai', 'anthropic', 'perplexity', 'openrouter', 'ollama'].map((name) => [name, at(server.url)]),
    ),
    elevenlabs: at(voice.url),
    ...(studio['providers'] as object | undefined),
  };
  const settings = parseSettings({ ...studio, providers });
  const findings = await preflight(settings, {
    env: { ...env, ...keys },
    directory: temporaryDirectory(),
    at: '2026-11-29T00:00:00Z',
    signal: new AbortController().signal,
    minutes,
    ...more,
  });
  // Nothing that costs was asked for, and no key is repeated.
  expect(voice.requests).toEqual([]);
  const told = JSON.stringify(findings);
  for (const key of [...Object.values(env), 'wrong-key-4711']) expect(told).not.toContain(key);
  return { findings, requests: server.requests, voice };
}

function amiss(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ outcome }) => outcome !== 'passed');
}

const full = {
  research: 'perplexity:pro',
  script: 'anthropic:claude-sonnet-4-5',
  judge: 'openai:gpt-5.2',
  voice: 'elevenlabs:robin-voice,sam-voice',
  prices: { version: '2026-11-01', prices: { 'elevenlabs:*': { input_mchars: 220 } } },
};

describe('given a crew of whom all is there', () => {
  test('when it is looked at, then keys, packages, models, voices, credits, prices, prompts, sound and room pass', async () => {
    const { findings } = await look({ studio: full });
    expect(amiss(findings)).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(['key', 'package', 'model', 'voice', 'credits', 'price', 'prompts', 'sound', 'disk']),
    );
    expect(findings.filter(({ check }) => check === 'model').map(({ subject }) => subject)).toEqual([
      'perplexity:pro',
      'anthropic:claude-sonnet-4-5',
      'openai:gpt-5.2',
      'elevenlabs:eleven_multilingual_v2',
    ]);
    expect(findings.find(({ check }) => check === 'sound')?.what).toContain('ffmpeg is not needed');
  });

  test('when models of brokers and of this machine are looked for, then they are found under the names of their listings', async () => {
    const own = {
      version: '1',
      prices: {
        'openrouter:*': { input_mtok: 1, output_mtok: 1 },
        'ollama:*': { input_mtok: 0, output_mtok: 0 },
      },
    };
    const { findings } = await look({
      studio: { script: 'openrouter:qwen/qwen3:nitro', judge: 'ollama:qwen3', prices: own },
    });
    expect(amiss(findings)).toEqual([]);
  });
});

const rows: [string, Wish, Partial<Finding>][] = [
  [
    'a key is not there',
    { studio: full, keys: { OPENAI_API_KEY: undefined } },
    {
      check: 'key',
      subject: 'OPENAI_API_KEY',
      next: 'Put it there: export OPENAI_API_KEY=…; you get one at https://platform.openai.com/api-keys',
    },
  ],
  [
    'a key is refused',
    { studio: full, keys: { OPENAI_API_KEY: 'wrong-key-4711' } },
    { check: 'model', subject: 'openai:gpt-5.2', what: 'openai refuses the key (401)' },
  ],
  [
    'Perplexity refuses the key',
    { studio: full, keys: { PERPLEXITY_API_KEY: 'wrong-key-4711' } },
    { check: 'model', subject: 'perplexity:pro', what: 'perplexity refuses the key (401)' },
  ],
  [
    'OpenRouter refuses the key',
    {
      studio: {
        script: 'openrouter:qwen/qwen3',
        prices: { version: '1', prices: { 'openrouter:*': { input_mtok: 1, output_mtok: 1 } } },
      },
      keys: { OPENROUTER_API_KEY: 'wrong-key-4711' },
    },
    { subject: 'openrouter:qwen/qwen3', what: 'openrouter refuses the key (401)' },
  ],
  [
    'there is no such model',
    { studio: { ...full, judge: 'openai:gpt-4o' } },
    { check: 'model', subject: 'openai:gpt-4o', next: 'Name another one: --judge openai:<model>' },
  ],
  [
    'the machine has not got the model',
    {
      studio: {
        script: 'ollama:llama9',
        prices: { version: '1', prices: { 'ollama:*': { input_mtok: 0, output_mtok: 0 } } },
      },
    },
    { check: 'model', subject: 'ollama:llama9', next: 'Get it: ollama pull llama9' },
  ],
  [
    'a provider is busy',
    {
      studio: full,
      reply: (request) => (request.path.includes('gpt-5.2') ? { body: {}, status: 503 } : listings(request)),
    },
    {
      subject: 'openai:gpt-5.2',
      what: 'openai does not answer now (503)',
      next: 'Try again in some minutes',
    },
  ],
  [
    'nobody answers',
    { studio: { ...full, providers: { openai: { base_url: 'http://127.0.0.1:1/v1' } } } },
    { subject: 'openai:gpt-5.2', what: 'nobody answers at http://127.0.0.1:1/v1' },
  ],
  [
    'there is no such voice',
    { studio: { ...full, voice: 'elevenlabs:robin-voice,nobody' } },
    { check: 'voice', subject: 'elevenlabs:nobody', what: 'ElevenLabs has no such voice for this key (404)' },
  ],
  [
    'there is no such model that speaks',
    { studio: { ...full, voice_model: 'eleven_v9' } },
    {
      check: 'model',
      subject: 'elevenlabs:eleven_v9',
      next: 'Name another one, "voice_model" in your crew.json: eleven_multilingual_v2, eleven_flash_v2_5, eleven_v3',
    },
  ],
  [
    'the plan has too few credits',
    { studio: full, minutes: 60 },
    {
      check: 'credits',
      subject: 'elevenlabs',
      what: 'the plan has 50000 credits left, and the episode is about 54000 characters',
    },
  ],
  [
    'nobody knows a price',
    { studio: { ...full, prices: undefined } },
    { check: 'price', subject: 'elevenlabs:eleven_multilingual_v2' },
  ],
  [
    'there is too little room',
    { studio: full, freeIn: () => Promise.resolve(130 * 1024 * 1024) },
    { check: 'disk', what: 'has 130 MiB free, and the episode takes up to 139 MiB' },
  ],
];

test.each(rows)(
  'given that %s, then that alone fails, and what to do is said',
  async (_what, wish, expected) => {
    const { findings } = await look(wish);
    expect(amiss(findings)).toEqual([expect.objectContaining({ outcome: 'failed', ...expected })]);
    expect(amiss(findings)[0]?.next).toBeTruthy();
  },
);

test('given that keys are missing, then nobody is asked anything', async () => {
  const none = Object.fromEntries(Object.keys(env).map((name) => [name, undefined]));
  const { findings, requests } = await look({ studio: full, keys: none });
  expect(amiss(findings).map(({ subject }) => subject)).toEqual([
    'PERPLEXITY_API_KEY',
    'ANTHROPIC_API_KEY',
    'OPENAI_API_KEY',
    'ELEVENLABS_API_KEY',
  ]);
  expect(requests).toEqual([]);
});

test('given a prompt that cannot be read, then that alone fails', async () => {
  const prompts = join(temporaryDirectory(), 'prompts');
  mkdirSync(prompts);
  writeFileSync(join(prompts, 'draft.md'), 'x'.repeat(70_000));
  const { findings } = await look({ studio: { ...full, prompts } });
  expect(amiss(findings)).toEqual([expect.objectContaining({ check: 'prompts', outcome: 'failed' })]);
});

test('given a voice of OpenAI that is not known, and a server that lists no models, then both are unknown, and nothing fails', async () => {
  const silent = await startModelServer(() => nothing);
  const { findings } = await look({
    studio: {
      script: 'mine:model',
      voice: 'openai:alloy,my-own',
      providers: { mine: { base_url: silent.url } },
      prices: {
        version: '1',
        prices: { 'mine:*': { input_mtok: 0, output_mtok: 0 }, 'openai:*': { output_audio_hours: 0.9 } },
      },
    },
  });
  expect(amiss(findings).map(({ outcome, subject }) => [outcome, subject])).toEqual([
    ['unknown', 'mine:model'],
    ['unknown', 'openai:my-own'],
  ]);
});

test('given a way to search that nobody knows, then it is unknown, and nothing fails', async () => {
  const { findings } = await look({ studio: { ...full, research: 'perplexity:profound' } });
  expect(amiss(findings)).toEqual([
    expect.objectContaining({ outcome: 'unknown', subject: 'perplexity:profound' }),
  ]);
});

test('given a key that may speak and not look, then its voices are unknown, and nothing fails', async () => {
  const closed = await startFakeElevenLabs({ apiKey: env.ELEVENLABS_API_KEY, isClosed: true });
  onTestFinished(() => closed.close());
  const { findings } = await look({
    studio: { ...full, providers: { elevenlabs: { base_url: closed.url } } },
  });
  expect(new Set(amiss(findings).map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  expect(amiss(findings)).toHaveLength(4);
});
