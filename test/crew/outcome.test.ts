import { describe, expect, test } from 'vitest';
import type { Usd } from '../../machines/index.js';
import { backOff, chargeOf } from '../../src/crew/outcome.js';

const reserved = 500_000 as Usd;
const free = { kind: 'none' };
const unknown = { kind: 'unknown' };
const all = { kind: 'known', cost: reserved, estimated: true };

describe('what a failed call has cost', () => {
  test.each<[what: string, error: unknown, charge: unknown]>([
    ['a refused connection', new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }), free],
    ['a lost connection', new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } }), unknown],
    ['words of a lost connection', new Error('connection reset by peer'), unknown],
    ['a 401', { status: 401 }, free],
    ['a 422', { statusCode: 422 }, free],
    ['a 402', { status: 402 }, free],
    ['a 503', { status: 503 }, free],
    ['a 504', { status: 504 }, unknown],
    ['a 503 that bills', { status: 503, cost: '0.02' }, { kind: 'known', cost: 20_000, estimated: false }],
    [
      'a cost below a cause, finer than a micro-dollar',
      new Error('x', { cause: { cost: 0.00014229 } }),
      { kind: 'known', cost: 143, estimated: false },
    ],
    [
      'a lost connection that says its cost',
      { code: 'ECONNRESET', cost: 0 },
      { kind: 'known', cost: 0, estimated: false },
    ],
    [
      'no object, with an answer that was billed',
      Object.assign(new Error('No object generated'), {
        name: 'AI_NoObjectGeneratedError',
        usage: { inputTokens: 3 },
      }),
      all,
    ],
    ['words of a rate limit', new Error('rate limit'), free],
    ['a worker that stumbled', new Error('stumbled'), all],
  ])('%s', (_what, error, charge) => {
    expect(chargeOf(error, reserved)).toEqual(charge);
  });

  test('given a provider that asks for a while, then the back-off is at least that, and at most what policy allows', () => {
    const rule = { attempts: 3, baseMs: 10, maxMs: 5000 };
    const asked = (seconds: string) => backOff(rule, 1, () => 0, { headers: { 'retry-after': seconds } }, 0);
    expect([asked('2'), asked('60'), asked('0')]).toEqual([2000, 5000, 5]);
  });
});
