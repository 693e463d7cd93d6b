import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilToMicro, deliveryOf, retryAfterOf, type Delivery } from '../../machines/index.js';

const because = (cause: unknown, message = 'fetch failed'): Error => new TypeError(message, { cause });
const system = (code: string, more: object = {}): Error => Object.assign(new Error(code), { code, ...more });

const table: [what: string, error: unknown, delivery: Delivery | undefined][] = [
  ['a refused connection', because(system('ECONNREFUSED', { syscall: 'connect' })), 'unsent'],
  ['an unknown host', because(system('ENOTFOUND', { syscall: 'getaddrinfo' })), 'unsent'],
  ['a connect time-out of undici', because(system('UND_ERR_CONNECT_TIMEOUT')), 'unsent'],
  ['a connect time-out of the system', because(system('ETIMEDOUT', { syscall: 'connect' })), 'unsent'],
  ['a time-out while reading', system('ETIMEDOUT', { syscall: 'read' }), 'unknown'],
  ['a certificate that is not trusted', because(system('DEPTH_ZERO_SELF_SIGNED_CERT')), 'unsent'],
  ['a certificate that has expired', because(system('CERT_HAS_EXPIRED')), 'unsent'],
  [
    'a socket that closed before TLS stood',
    system('ECONNRESET', {
      message: 'Client network socket disconnected before secure TLS connection was established',
    }),
    'unsent',
  ],
  [
    'both addresses refused',
    because(new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')])),
    'unsent',
  ],
  [
    'a socket that closed',
    because(Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })),
    'unknown',
  ],
  ['fetch that says nothing more', new TypeError('fetch failed'), 'unknown'],
  ['a cut body', new TypeError('terminated'), 'unknown'],
  ['a reset connection', system('ECONNRESET'), 'unknown'],
  ['a broken pipe', system('EPIPE'), 'unknown'],
  ['an abort', new DOMException('x', 'AbortError'), 'unknown'],
  ['a time-out', new DOMException('x', 'TimeoutError'), 'unknown'],
  [
    'a broken record in the middle of a stream',
    system('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
    'unknown',
  ],
  [
    "the AI SDK's words for a lost answer",
    Object.assign(because(because(system('UND_ERR_SOCKET')), 'Cannot connect to API: other side closed'), {
      name: 'AI_APICallError',
      statusCode: undefined,
    }),
    'unknown',
  ],
  [
    "the AI SDK's words for a refused connection",
    Object.assign(because(because(system('ECONNREFUSED')), 'Cannot connect to API: '), {
      name: 'AI_APICallError',
    }),
    'unsent',
  ],
  ['a 401', { statusCode: 401 }, 'refused'],
  ['a 503', { status: 503 }, 'refused'],
  ['a gateway that did not wait', { status: 504 }, 'unknown'],
  ['Cloudflare, which did not wait', { status: 524 }, 'unknown'],
  ['Cloudflare, to which no whole answer came', { status: 520 }, 'unknown'],
  ['a proxy whose reading took too long', { status: 598 }, 'unknown'],
  ['Cloudflare, which could not connect', { status: 522 }, 'refused'],
  ['an overloaded provider', { status: 529 }, 'refused'],
  ['an answer that could not be read', { statusCode: 200, cause: new SyntaxError('x') }, 'answered'],
  [
    'tries of which the first was lost',
    Object.assign(new Error('Failed after 2 attempts'), {
      errors: [system('ECONNRESET'), { statusCode: 401 }],
      lastError: { statusCode: 401 },
    }),
    'unknown',
  ],
  ['a worker that stumbled', new Error('stumbled'), undefined],
];

describe('whether a failed call was sent', () => {
  test.each(table)('%s', (_what, error, delivery) => {
    expect(deliveryOf(error)).toBe(delivery);
  });

  test('given an error that is its own cause, then the question ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(deliveryOf(error)).toBeUndefined();
  });
});

describe('how long a provider asks to be left alone', () => {
  const now = Date.parse('2026-11-28T10:00:00Z');
  test.each<[what: string, error: unknown, ms: number | undefined]>([
    ['seconds', { headers: { 'Retry-After': '3' } }, 3000],
    ['seconds as a number', { headers: { 'retry-after': 2 } }, 2000],
    ['a date', { responseHeaders: { 'retry-after': 'Sat, 28 Nov 2026 10:00:07 GMT' } }, 7000],
    ['a date that is over', { headers: { 'retry-after': 'Sat, 28 Nov 2026 09:00:00 GMT' } }, 0],
    ['milliseconds', { response: { headers: new Headers({ 'retry-after-ms': '1500' }) } }, 1500],
    ['milliseconds before seconds', { headers: { 'retry-after': '9', 'retry-after-ms': '20' } }, 20],
    ['a Map', { headers: new Map([['Retry-After', '4']]) }, 4000],
    ['a list of one', { headers: { 'retry-after': ['5'] } }, 5000],
    ['below a cause', new Error('x', { cause: { responseHeaders: { 'retry-after': '6' } } }), 6000],
    ['below retries', { errors: [{ responseHeaders: { 'retry-after': '8' } }] }, 8000],
    ['its own property', { retryAfterMs: 40 }, 40],
    ['nonsense', { headers: { 'retry-after': 'soon' } }, undefined],
    ['no headers', new Error('x'), undefined],
  ])('%s', (_what, error, ms) => {
    expect(retryAfterOf(error, now)).toBe(ms);
  });
});

describe('a cost as floating point gives it', () => {
  test.each<[amount: unknown, micros: number]>([
    [0.00014229, 143],
    ['0.00014229', 143],
    [3 * 1.1, 3_300_000],
    [0.1 + 0.2, 300_000],
    [0.00125025, 1251],
    [0.030000000000000002, 30_000],
    [0.29999999999999993, 300_000],
    [1e-7, 1],
    [1.5e-10, 1],
    ['1E-7', 1],
    [5e-324, 1],
    [0, 0],
    ['7', 7_000_000],
    [999_999.9999999, 1_000_000_000_000],
  ])('%s is rounded up to the micro-dollar', (amount, micros) => {
    expect(ceilToMicro(amount)).toBe(micros);
  });

  test.each([Number.NaN, -0.1, -0, Infinity, '', 'free', null, undefined, {}, 1_000_001, '0x10'])(
    '%s is refused',
    (amount) => {
      expect(() => ceilToMicro(amount)).toThrow(/^cost: /);
    },
  );

  test('given any number, when it is read, then it is what its decimals are', () => {
    const micros = fc.integer({ min: 1, max: 1_000_000_000_000 }).map((whole) => whole / 1_000_000);
    const near = fc
      .tuple(micros, fc.integer({ min: -8, max: 8 }))
      .map(([amount, steps]) => amount * (1 + steps * Number.EPSILON));
    const any = fc.double({ min: 1e-300, max: 1_000_000, noNaN: true });
    const read = (amount: unknown): unknown => {
      try {
        return ceilToMicro(amount);
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(fc.oneof(micros, near, any), (amount) => {
        expect(read(amount)).toBe(read(String(amount)));
      }),
      { numRuns: 2000 },
    );
  });
});
