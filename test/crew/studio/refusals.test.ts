import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';
import { describe, expect, onTestFinished, test } from 'vitest';
import { metered } from '../../../src/crew/studio/index.js';
import { ProductionStateManager, defineCrew, type PhaseContext } from '../../../src/index.js';
import {
  anthropicMessage,
  chatCompletion,
  openaiResponse,
  startModelServer,
  type Reply,
} from '../../support/model-server.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** A rule that waits only as long as the provider asks for, and no longer than this. */
const rule = { attempts: 3, baseMs: 0, maxMs: 40 };

const models = {
  OpenAI: {
    open: (baseURL: string) => createOpenAI({ baseURL, apiKey: 'sk-planted' })('gpt-5.2'),
    well: openaiResponse('They dance.'),
  },
  Anthropic: {
    open: (baseURL: string) => createAnthropic({ baseURL, apiKey: 'sk-planted' })('claude-sonnet-4-5'),
    well: anthropicMessage('They dance.'),
  },
  OpenRouter: {
    open: (baseURL: string) =>
      createOpenAICompatible({ name: 'openrouter', baseURL, apiKey: 'sk-planted' })(
        'anthropic/claude-sonnet-4',
      ),
    well: chatCompletion('They dance.', { prompt_tokens: 9, completion_tokens: 3, cost: 0.001 }),
  },
};

/** What becomes of a question that the provider refuses at first. */
async function ask(by: keyof typeof models, refused: Reply) {
  const { open, well } = models[by];
  const server = await startModelServer(({ number }) => (number === 0 ? refused : well));
  const retry = { rate_limited: rule, provider_unavailable: rule };
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory(), policy: { retry } });
  onTestFinished(() => manager.close());
  const crew = defineCrew({
    research: async ({ operation }: PhaseContext) => {
      const model = metered(open(server.url), { operation, maxOutputTokens: 50 });
      return (await generateText({ model, prompt: 'Why do bees dance?' })).text;
    },
    script: () => Promise.resolve(null),
    audio: () => Promise.resolve(null),
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const { outcome, failure, state } = await manager.produce(sessionId, crew);
  const released = (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'operation.released' ? [event] : [],
  );
  const [{ at, code, retryAt = at }] = released as [(typeof released)[number]];
  const waitedMs = Date.parse(retryAt) - Date.parse(at);
  return { outcome, failure, code, waitedMs, asked: server.requests.length, cost: state.total_cost };
}

const openai = (error: object, status = 429, headers = {}): Reply => ({ body: { error }, status, headers });
const anthropic = (error: object, status: number, headers = {}): Reply => ({
  body: { type: 'error', error, request_id: 'req_loopback' },
  status,
  headers,
});
const openrouter = (error: object, status: number, headers = {}): Reply => ({
  body: { error },
  status,
  headers,
});

/** Bodies as the providers' pages have them: developers.openai.com/api/docs/guides/error-codes, platform.claude.com/docs/en/api/errors, openrouter.ai/docs/api/errors (stored copies, read on 29 November 2026). */
const passing: [string, keyof typeof models, Reply, string, boolean][] = [
  [
    'OpenAI’s rate limit',
    'OpenAI',
    openai(
      {
        message: 'Rate limit reached for gpt-5.2 on tokens per min',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
      429,
      { 'retry-after': '2' },
    ),
    'rate_limited',
    true,
  ],
  [
    'OpenAI, whose traffic has grown too fast',
    'OpenAI',
    openai({ message: 'Slow down', type: 'rate_limit_error', code: 'slow_down' }),
    'rate_limited',
    false,
  ],
  [
    'OpenAI, which is overloaded',
    'OpenAI',
    openai({ message: 'Overloaded', type: 'service_unavailable_error', code: 'server_is_overloaded' }, 503),
    'provider_unavailable',
    false,
  ],
  [
    'Anthropic’s rate limit',
    'Anthropic',
    anthropic({ type: 'rate_limit_error', message: 'This request would exceed your rate limit' }, 429, {
      'retry-after': '12',
    }),
    'rate_limited',
    true,
  ],
  [
    'Anthropic, which is overloaded (529)',
    'Anthropic',
    anthropic({ type: 'overloaded_error', message: 'Overloaded' }, 529),
    'provider_unavailable',
    false,
  ],
  [
    'OpenRouter’s rate limit',
    'OpenRouter',
    openrouter({ code: 429, message: 'Rate limit exceeded' }, 429, { 'retry-after': '5' }),
    'rate_limited',
    true,
  ],
  [
    'OpenRouter, where too much is under way (402, and when to come again)',
    'OpenRouter',
    openrouter(
      { code: 402, message: 'In-flight budget', metadata: { limit_source: 'openrouter_in_flight_budget' } },
      402,
      {
        'retry-after': '1',
      },
    ),
    'rate_limited',
    true,
  ],
];

const lasting: [string, keyof typeof models, Reply][] = [
  [
    'OpenAI’s account is empty (insufficient_quota)',
    'OpenAI',
    openai({
      message: 'You exceeded your current quota',
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  ],
  [
    'OpenAI’s credit is used up, whatever its type is called',
    'OpenAI',
    openai({ message: 'No credits remaining', type: 'billing_error', code: 'credit_balance_exhausted' }),
  ],
  ...[
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
  ].map((code): (typeof lasting)[number] => [
    `OpenAI says ${code}`,
    'OpenAI',
    openai({ message: 'A limit was reached', type: 'invalid_request_error', code }),
  ]),
  [
    'Anthropic’s tier has spent its month, which it calls a rate limit',
    'Anthropic',
    anthropic(
      {
        type: 'rate_limit_error',
        message: 'Your organization has reached its monthly limit',
        details: { error_code: 'enforced_spend_limit_reached' },
      },
      429,
    ),
  ],
  [
    'a limit that the user has set at Anthropic is reached, which it calls a bad request',
    'Anthropic',
    anthropic(
      {
        type: 'invalid_request_error',
        message:
          'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      },
      400,
    ),
  ],
  [
    'Anthropic’s balance is too low, which it calls a bad request',
    'Anthropic',
    anthropic(
      {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API.',
      },
      400,
    ),
  ],
  [
    'Anthropic has a billing error (402)',
    'Anthropic',
    anthropic({ type: 'billing_error', message: 'There is an issue with your billing' }, 402),
  ],
  [
    'OpenRouter has too little credit (402)',
    'OpenRouter',
    openrouter(
      { code: 402, message: 'Insufficient credits', metadata: { limit_source: 'openrouter_credits' } },
      402,
    ),
  ],
];

describe('given a provider of text that refuses', () => {
  test.each(passing)(
    'when it is %s, then it is asked again, after as long as it says, and nothing is billed for it',
    async (_, by, refused, code, isTold) => {
      const asked = await ask(by, refused);
      expect(asked).toMatchObject({ outcome: 'complete', code, asked: 2, waitedMs: isTold ? rule.maxMs : 0 });
    },
  );

  test.each(lasting)(
    'when %s, then it is not asked again, nothing is billed, and the failure says whose turn it is',
    async (_, by, refused) => {
      const asked = await ask(by, refused);
      expect(asked).toMatchObject({ outcome: 'failed', code: 'quota_exceeded', asked: 1, cost: 0 });
      expect(asked.failure).toMatchObject({ code: 'quota_exceeded', retryable: false });
    },
  );
});
