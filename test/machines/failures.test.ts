import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { FailureCode, ProductionError, classifyError, isRetryable, messageOf } from '../../machines/index.js';

const withCode = (code: unknown): Error => Object.assign(new Error('x'), { code });
const withStatus = (status: number): Error => Object.assign(new Error('x'), { status });
const nested = (depth: number, inner: unknown): unknown =>
  depth === 0 ? inner : new Error('outer', { cause: nested(depth - 1, inner) });

const table: [what: string, error: unknown, code: string][] = [
  ['status 429', withStatus(429), 'rate_limited'],
  ['statusCode 429', Object.assign(new Error('x'), { statusCode: 429 }), 'rate_limited'],
  ['status 402', withStatus(402), 'quota_exceeded'],
  ['status 408', withStatus(408), 'timeout'],
  ['status 504', withStatus(504), 'timeout'],
  ['status 524', withStatus(524), 'timeout'],
  ['status 520', withStatus(520), 'provider_unavailable'],
  ['status 500', withStatus(500), 'provider_unavailable'],
  ['status 599', withStatus(599), 'provider_unavailable'],
  ['status 600', withStatus(600), 'unknown'],
  ['status 400', withStatus(400), 'provider_refused'],
  ['status 401', withStatus(401), 'provider_refused'],
  ['status 404', withStatus(404), 'provider_refused'],
  ['status 422', withStatus(422), 'provider_refused'],
  ['a conflict with a call under way', withStatus(409), 'provider_unavailable'],
  ['the status of its response', { response: { status: 403 } }, 'provider_refused'],
  [
    'an empty account that is called a rate limit',
    { statusCode: 429, data: { error: { code: 'insufficient_quota' } } },
    'quota_exceeded',
  ],
  [
    'a limit of spending that is called a rate limit, as the SDK of Anthropic has it',
    {
      status: 429,
      error: {
        type: 'error',
        error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
      },
    },
    'quota_exceeded',
  ],
  [
    'an empty account, as the SDK of OpenAI has it',
    { status: 429, code: 'credit_balance_exhausted' },
    'quota_exceeded',
  ],
  [
    'a broker that has too much under way',
    { statusCode: 402, responseHeaders: { 'retry-after': '3' } },
    'rate_limited',
  ],
  [
    'tries that all failed',
    new AggregateError([new Error('x'), withStatus(503)], 'Failed after 2 tries'),
    'provider_unavailable',
  ],
  [
    "the AI SDK's retries, by the last of them",
    Object.assign(new Error('Failed after 2 attempts. Last error: Too Many Requests'), {
      errors: [withStatus(429), withStatus(401)],
      lastError: withStatus(401),
    }),
    'provider_refused',
  ],
  [
    'no object',
    Object.assign(new Error('could not parse'), { name: 'AI_NoObjectGeneratedError' }),
    'invalid_output',
  ],
  [
    'a filtered object',
    Object.assign(new Error('x'), { name: 'AI_NoObjectGeneratedError', finishReason: 'content-filter' }),
    'content_filtered',
  ],
  ['a closed socket', new Error('Cannot connect to API: other side closed'), 'provider_unavailable'],
  ['a status that is no number', Object.assign(new Error('x'), { status: '429' }), 'unknown'],
  ['ETIMEDOUT', withCode('ETIMEDOUT'), 'timeout'],
  ['undici headers time-out', withCode('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
  ['ECONNREFUSED', withCode('ECONNREFUSED'), 'provider_unavailable'],
  ['EAI_AGAIN', withCode('EAI_AGAIN'), 'provider_unavailable'],
  ['ENOENT', withCode('ENOENT'), 'unknown'],
  ['a numeric code', withCode(23), 'unknown'],
  ['TimeoutError', new DOMException('x', 'TimeoutError'), 'timeout'],
  ['AbortError', new DOMException('x', 'AbortError'), 'cancelled'],
  ['ZodError', z.string().safeParse(1).error, 'invalid_output'],
  ['SyntaxError', new SyntaxError('Unexpected token'), 'invalid_output'],
  [
    'fetch failed, for a refused connection',
    new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }),
    'provider_unavailable',
  ],
  ['five causes deep', nested(5, withStatus(429)), 'rate_limited'],
  ['six causes deep', nested(6, withStatus(429)), 'unknown'],
  ['a cause that is a text', new Error('x', { cause: 'rate limit' }), 'rate_limited'],
  ['its own word before its cause', new Error('quota', { cause: withStatus(429) }), 'quota_exceeded'],
  ['an interrupted production', new ProductionError('interrupted', 'x'), 'cancelled'],
  [
    'a veto, whatever its reason says',
    new ProductionError('vetoed', 'operation was vetoed: we are near the rate limit'),
    'cancelled',
  ],
  ['a hard phase budget', new ProductionError('phase_budget_exhausted', 'x'), 'budget_exhausted'],
  ['a total', new ProductionError('budget_exhausted', 'x'), 'budget_exhausted'],
  ["a day's cap", new ProductionError('daily_cap_reached', 'x'), 'daily_cap_reached'],
  ['an altered artifact', new ProductionError('artifact_invalid', 'x'), 'artifact_invalid'],
  ['a bug', new ProductionError('machine_broken', 'x'), 'unknown'],
  ['an unknown text', 'it broke', 'unknown'],
  ['rate limit', 'Rate limit reached', 'rate_limited'],
  ['rate-limit', new Error('rate-limited'), 'rate_limited'],
  ['too many requests', 'Too Many Requests', 'rate_limited'],
  ['quota', 'You exceeded your quota', 'quota_exceeded'],
  ['insufficient funds', 'insufficient funds', 'quota_exceeded'],
  ['insufficient credit', 'insufficient credit', 'quota_exceeded'],
  ['timed out', 'the request timed out', 'timeout'],
  ['time-out', 'Request timeout', 'timeout'],
  ['deadline', 'deadline exceeded', 'timeout'],
  ['content filter', 'blocked by content_filter', 'content_filtered'],
  ['content policy', 'violates the content policy', 'content_filtered'],
  ['moderation', 'flagged by moderation', 'content_filtered'],
  ['unavailable', 'Service Unavailable', 'provider_unavailable'],
  ['overloaded', 'Overloaded', 'provider_unavailable'],
  ['connection reset', 'connection reset by peer', 'provider_unavailable'],
  ['an object with a message', { message: 'too many requests' }, 'rate_limited'],
  ['an object of a known code', { code: 'content_filtered' }, 'content_filtered'],
  ['undefined', undefined, 'unknown'],
  ['null', null, 'unknown'],
  ['a number', 429, 'unknown'],
  ['a prototype word', withCode('constructor'), 'unknown'],
];

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error('no');
    },
  },
);

describe('failures', () => {
  test.each(table)('given %s, when it is classified, then its code is known', (_what, error, code) => {
    expect(classifyError(error).code).toBe(code);
  });

  test.each(FailureCode.options)('given an error that calls itself %s, then it is believed', (code) => {
    expect(classifyError(withCode(code)).code).toBe(code);
  });

  test('given each code, then it is decided whether the same work may succeed when it is tried again', () => {
    expect(Object.fromEntries(FailureCode.options.map((code) => [code, isRetryable(code)]))).toEqual({
      rate_limited: true,
      quota_exceeded: false,
      provider_refused: false,
      provider_unavailable: true,
      timeout: true,
      content_filtered: false,
      invalid_output: true,
      quality_rejected: false,
      artifact_invalid: false,
      budget_exhausted: false,
      daily_cap_reached: false,
      worker_lost: true,
      cancelled: false,
      unknown: true,
    });
  });

  test.each<[what: string, error: unknown, message: string]>([
    [
      'a request that failed',
      new TypeError('fetch failed', { cause: new Error('unexpected redirect') }),
      'fetch failed: unexpected redirect',
    ],
    [
      'one at both addresses of a host',
      new TypeError('fetch failed', {
        cause: new AggregateError([
          new Error('the first one'),
          new Error('connect ECONNREFUSED 127.0.0.1:9'),
        ]),
      }),
      'fetch failed: connect ECONNREFUSED 127.0.0.1:9',
    ],
    [
      'one whose cause has a code and no words',
      new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }),
      'terminated: UND_ERR_SOCKET',
    ],
    ['one without a cause', new TypeError('fetch failed'), 'fetch failed'],
    ['words of its own', new Error('no bees', { cause: new Error('winter') }), 'no bees'],
    [
      'a form that is another',
      z.object({ id: z.string(), lines: z.array(z.number()) }).safeParse({ lines: ['a'] }).error,
      'id: Invalid input: expected string, received undefined; lines.0: Invalid input: expected number, received string',
    ],
    ['a form that is none', z.string().safeParse(1).error, 'Invalid input: expected string, received number'],
  ])('given %s, then its message says why, in words', (_what, error, message) => {
    expect(classifyError(error).message).toBe(message);
  });

  test('given an error that brings control characters, when its message is asked for, then only its text is left', () => {
    expect(
      messageOf(new Error('HTTP 500:\r\n\t\u001b[1;31mboom\u001b[0m\u0007 \u001b]0;title\u0007\u009b2Jend')),
    ).toBe('HTTP 500:\n\tboom ]0;title2Jend');
  });

  test('given anything thrown, when its message is asked for, then it is a well-formed text of bounded length', () => {
    const circular: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    circular['self'] = circular;
    const all = [
      new Error('plain'),
      new Error(''),
      Object.assign(new Error('x'), { message: 7 }),
      'text',
      '',
      undefined,
      null,
      7,
      7n,
      Symbol('s'),
      () => 1,
      { a: 1 },
      circular,
      hostile,
    ];
    expect(all.map(messageOf)).toEqual([
      'plain',
      'Error',
      '{}',
      'text',
      '',
      'undefined',
      'null',
      '7',
      'an error that cannot be shown',
      'Symbol(s)',
      '() => 1',
      '{"a":1}',
      'an error that cannot be shown',
      'an error that cannot be shown',
    ]);
    expect(messageOf('x'.repeat(2000))).toHaveLength(2000);
    expect(messageOf('x'.repeat(10_000_000))).toBe(`${'x'.repeat(2000)}…`);
    expect(messageOf(`${'x'.repeat(1999)}🎙️`).isWellFormed()).toBe(true);
  });

  test('given an error that throws when it is looked at, then it is unknown', () => {
    expect(classifyError(hostile)).toEqual({ code: 'unknown', message: 'an error that cannot be shown' });
  });
});
