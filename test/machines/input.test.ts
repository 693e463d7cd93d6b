import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EpisodeCreated,
  ProductionError,
  addUsd,
  episodeNumberOf,
  formatUsd,
  fromDollars,
  isSessionId,
  parseEvent,
  parseName,
  parsePersisted,
  parsePolicy,
  parseSessionId,
  parseUsd,
  persist,
  sessionIdFor,
  subtractUsd,
  toDollars,
  zeroUsd,
  type Usd,
} from '../../machines/index.js';
import { thrown } from '../support/thrown.js';
import { created, newEpisode } from './story.js';
import { allEvents, dayOfMoney, minute, sample } from './words.js';

const invalid = (field: string): unknown =>
  expect.objectContaining({ code: 'invalid_input', field, remedy: 'caller' });

describe('money from outside', () => {
  test('given any number of micro-dollars, when it is printed as a decimal and read, then it is exact', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        fc.integer({ min: 0, max: 4 }),
        (micros, zeros) => {
          const text = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}${'0'.repeat(zeros)}`;
          expect(parseUsd(text)).toBe(micros);
          expect(parseUsd(formatUsd(micros as Usd).slice(1))).toBe(micros);
          expect(parseUsd(toDollars(micros as Usd))).toBe(micros);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test.each([
    ['0.70', 700_000],
    ['0.7', 700_000],
    [0.7, 700_000],
    [0.1, 100_000],
    ['0', 0],
    [0, 0],
    ['7', 7_000_000],
    ['0.000001', 1],
    [0.000001, 1],
    ['1000000', 1e12],
    [1_000_000, 1e12],
    ['000000000007.10', 7_100_000],
    ['0.15000000000000000000', 150_000],
  ])('given %j, when it is read, then it is %d micro-dollars', (text, micros) => {
    expect(parseUsd(text)).toBe(micros);
  });

  test.each<unknown>([
    Number.NaN,
    Infinity,
    -Infinity,
    -1,
    -0,
    1e308,
    1e21,
    0.0000001,
    5e-324,
    0.1 + 0.2,
    1_000_000.000001,
    '1000000.000001',
    '0.0000001',
    '-1',
    '-0',
    '+1',
    '1e3',
    ' 1',
    '1 ',
    '1,5',
    '.5',
    '5.',
    '0x10',
    '१',
    '',
    'NaN',
    'Infinity',
    '9'.repeat(10_000_000),
    null,
    undefined,
    true,
    {},
    [1],
    1n,
    new Date(0),
    { valueOf: () => 1 },
    { toString: () => '1' },
    Symbol('x'),
  ])('given a bad amount, when it is read, then it is refused and the field is named (case %#)', (amount) => {
    const error = thrown(() => parseUsd(amount, 'maxCost'));
    expect(error).toEqual(invalid('maxCost'));
    expect(error.message).toMatch(/^maxCost: /);
    expect(error.message.length).toBeLessThan(200);
  });

  test('given a sum above the largest single amount, when it comes back from decimal dollars, then it is exact', () => {
    for (const micros of [0, 1, 1e12 + 1, 8_000_000_000_000_001])
      expect(fromDollars(toDollars(micros as Usd))).toBe(micros);
  });

  test('given amounts, when they are shown, then cents are always there and finer parts only where they count', () => {
    expect(
      [0, 1, 10_000, 1_050_000, 1_234_567, 1e12, -500_000].map((micros) => formatUsd(micros as Usd)),
    ).toEqual(['$0.00', '$0.000001', '$0.01', '$1.05', '$1.234567', '$1000000.00', '-$0.50']);
    expect(addUsd(parseUsd('0.1'), parseUsd('0.2'))).toBe(parseUsd('0.3'));
    expect(subtractUsd(parseUsd('0.3'), parseUsd('0.1'))).toBe(parseUsd('0.2'));
    expect(zeroUsd).toBe(0);
  });
});

describe('names from outside', () => {
  const hostile = [
    '',
    '.',
    '..',
    '../../x',
    '/etc/passwd',
    'a/b',
    'a\\b',
    '__proto__',
    'constructor',
    'prototype',
    'CON',
    'con',
    'nul',
    'com1',
    'lpt9',
    'Upper',
    'a b',
    '-rf',
    '_x',
    'a\u0000',
    'a\n',
    'é',
    '\ud800',
    'a'.repeat(65),
    'x'.repeat(10_000_000),
    7,
    null,
    undefined,
    {},
    ['a'],
  ];

  test.each(hostile)('given a bad name, then it is refused and the field is named (case %#)', (name) => {
    const error = thrown(() => parseName(name, 'checkpoint'));
    expect(error).toEqual(invalid('checkpoint'));
    expect(error.message.length).toBeLessThan(300);
  });

  test.each([
    ...hostile,
    'ep_1_20250903_143022',
    'ep_001_20250903_14302',
    'ep_001_20250903_143022_',
    'ep_001_20250903_143022/..',
    'ep_001_20250903_143022\n',
    'EP_001_20250903_143022',
  ])('given a bad session id, then it is refused (case %#)', (text) => {
    expect(isSessionId(text)).toBe(false);
    expect(thrown(() => parseSessionId(text))).toEqual(invalid('session_id'));
  });

  test('given good names and ids, then they are taken as they are', () => {
    expect(
      ['a', '0', 'research_complete', 'a-b_c', 'a'.repeat(64), 'concert'].map((name) =>
        parseName(name, 'name'),
      ),
    ).toEqual(['a', '0', 'research_complete', 'a-b_c', 'a'.repeat(64), 'concert']);
    const id = sessionIdFor(1, '2025-09-03T14:30:22.123Z');
    expect([id, sessionIdFor(1234, '2025-09-03T14:30:22Z', 12)]).toEqual([
      'ep_001_20250903_143022',
      'ep_1234_20250903_143022_12',
    ]);
    expect([id, 'ep_1234_20250903_143022_12'].map((text) => episodeNumberOf(parseSessionId(text)))).toEqual([
      1, 1234,
    ]);
  });
});

describe('policies from outside', () => {
  test('given nothing, then the budgets are the seed’s', () => {
    expect(parsePolicy()).toMatchObject({
      budgets: { research: 2_000_000, script: 2_000_000, audio: 3_000_000, total: 7_000_000 },
      dailyCap: 50_000_000,
      timeZone: 'UTC',
      warnAtPercent: 80,
      hardPhaseBudgets: false,
      approvals: [],
      maxRecoveries: 3,
    });
    expect(parsePolicy({ budgets: { total: '0.70' }, dailyCap: 0.1 })).toMatchObject({
      budgets: { total: 700_000, audio: 3_000_000 },
      dailyCap: 100_000,
    });
  });

  test.each([
    ['policy.budgets.total', { budgets: { total: -1 } }],
    ['policy.budgets.total', { budgets: { total: '1e3' } }],
    ['policy.budgets.total', { budgets: { total: Number.NaN } }],
    ['policy.budgets.total', { budgets: { total: Infinity } }],
    ['policy.budgets.total', { budgets: { total: 0.0000001 } }],
    ['policy.dailyCap', { dailyCap: -0 }],
    ['policy.dailyCap', { dailyCap: 1e308 }],
    ['policy.budgets.video', { budgets: { video: 1 } }],
    ['policy.dailycap', { dailycap: 50 }],
    ['policy.timeZone', { timeZone: 'Mars/Olympus' }],
    ['policy.timeZone', { timeZone: '../../etc/localtime' }],
    ['policy.warnAtPercent', { warnAtPercent: 0 }],
    ['policy.warnAtPercent', { warnAtPercent: 80.5 }],
    ['policy.approvals.0', { approvals: ['__proto__'] }],
    ['policy.maxRecoveries', { maxRecoveries: -1 }],
    ['policy.quality.script.Bad', { quality: { script: { Bad: 1 } } }],
    ['policy.quality.script.ok', { quality: { script: { ok: Infinity } } }],
    ['policy.retry.timeout.attempts', { retry: { timeout: { attempts: 0, baseMs: 0, maxMs: 0 } } }],
    ['policy', null],
    ['policy', 'x'],
    ['policy', []],
    ['policy.__proto__', JSON.parse('{"__proto__":{"dailyCap":1}}')],
  ])('given a policy with a bad %s, then the field is named', (field, input) => {
    expect(thrown(() => parsePolicy(input))).toEqual(invalid(field));
  });
});

describe('events from outside', () => {
  const event = (type: (typeof allEvents)[number], change: Record<string, unknown> = {}): unknown => ({
    ...sample[type]('research'),
    ...change,
  });

  test.each(allEvents)(
    'given a well-formed %s, then it is taken; with an unknown field, then the field is named',
    (type) => {
      expect(parseEvent(event(type))).toEqual(event(type));
      expect(parseEvent(event(type, { by: 'ann', claim: 3 }))).toMatchObject({ by: 'ann', claim: 3 });
      expect(thrown(() => parseEvent(event(type, { sneaky: 1 })))).toEqual(invalid('sneaky'));
      expect(thrown(() => parseEvent(event(type, { at: undefined })))).toEqual(invalid('at'));
    },
  );

  test.each<[string, unknown]>([
    ['type', { type: 'xstate.done.actor.x', at: minute(1) }],
    ['type', { type: 'xstate.init' }],
    ['type', { type: 'nope', at: minute(1) }],
    ['type', { type: '__proto__' }],
    ['type', { type: 'constructor' }],
    ['type', {}],
    ['type', { type: 7 }],
    ['input', null],
    ['input', undefined],
    ['input', 'phase.start'],
    ['input', 7],
    ['input', []],
    ['at', event('phase.start', { at: '2025-09-03' })],
    ['at', event('phase.start', { at: '2025-02-30T00:00:00Z' })],
    ['at', event('phase.start', { at: '2025-09-03T24:00:00Z' })],
    ['at', event('phase.start', { at: '2025-09-03T14:30:22+02:00' })],
    ['at', event('phase.start', { at: '2025-13-03T14:30:22Z' })],
    ['at', event('phase.start', { at: 1_756_909_822_000 })],
    ['claim', event('phase.start', { claim: 0 })],
    ['claim', event('phase.start', { claim: 1.5 })],
    ['by', event('phase.start', { by: '' })],
    ['by', event('phase.start', { by: 'a\u009b31m' })],
    ['by', event('budget.raise', { by: undefined })],
    ['phase', event('phase.start', { phase: '__proto__' })],
    ['phase', event('phase.start', { phase: 'Research' })],
    ['phase', event('phase.start', { phase: ['research'] })],
    ['cost', event('cost.recorded', { cost: -1 })],
    ['cost', event('cost.recorded', { cost: -0 })],
    ['cost', event('cost.recorded', { cost: Number.NaN })],
    ['cost', event('cost.recorded', { cost: Infinity })],
    ['cost', event('cost.recorded', { cost: 1e308 })],
    ['cost', event('cost.recorded', { cost: 0.5 })],
    ['cost', event('cost.recorded', { cost: '1' })],
    ['cost', event('cost.recorded', { cost: 1_000_000_000_001 })],
    ['amount', event('cost.reserve', { amount: -1 })],
    ['amount', event('budget.raise', { amount: 1.5 })],
    ['day.date', event('cost.recorded', { day: dayOfMoney({ date: '2025-02-29' }) })],
    ['day.date', event('cost.recorded', { day: dayOfMoney({ date: '../../x' }) })],
    ['day.spent', event('cost.recorded', { day: dayOfMoney({ spent: -1 as Usd }) })],
    ['operation', event('cost.recorded', { operation: '../../x' })],
    ['operation', event('cost.recorded', { operation: 'constructor' })],
    ['key', event('cost.reserve', { key: '__proto__' })],
    ['key', event('cost.reserve', { key: 'toString' })],
    ['key', event('cost.reserve', { key: 'a\u0000b' })],
    ['key', event('cost.reserve', { key: '' })],
    ['key', event('cost.reserve', { key: 'k'.repeat(201) })],
    ['key', event('operation.settled', { key: '\ud800' })],
    ['reason', event('phase.skip', { reason: ' \n ' })],
    ['reason', event('phase.skip', { reason: 'x'.repeat(501) })],
    ['reason', event('phase.skip', { reason: 'a\u0007' })],
    ['reason', event('phase.skip', { reason: 'a\ud800b' })],
    ['reason', event('phase.skip', { reason: 'a\u2028b' })],
    ['reason', event('phase.skip', { reason: undefined })],
    [
      'checkpoint.name',
      event('checkpoint.save', {
        checkpoint: { ...sample['checkpoint.save']('research').checkpoint, name: '../../x' },
      }),
    ],
    ...['/etc/passwd', '../../x', 'a/../b', 'a//b', 'a\\b', '.hidden', 'a/', 'C:x', ''].map<
      [string, unknown]
    >((file) => [
      'checkpoint.file',
      event('checkpoint.save', { checkpoint: { ...sample['checkpoint.save']('research').checkpoint, file } }),
    ]),
    [
      'checkpoint.sha256',
      event('checkpoint.save', {
        checkpoint: { ...sample['checkpoint.save']('research').checkpoint, sha256: 'A'.repeat(64) },
      }),
    ],
    ['sha256', event('checkpoint.restore', { sha256: '' })],
    [
      'result.file',
      event('operation.settled', { result: { file: '../../x', sha256: 'a'.repeat(64), bytes: 1 } }),
    ],
    ['value', event('quality.recorded', { value: Number.NaN })],
    ['value', event('quality.recorded', { value: -Infinity })],
    ['name', event('quality.recorded', { name: '__proto__' })],
    ['code', event('phase.failed', { code: 'constructor' })],
    ['message', event('phase.failed', { message: 'x'.repeat(2002) })],
    ['scope', event('budget.raise', { scope: '__proto__' })],
    [
      'phases.script.status',
      event('episode.forked', {
        phases: {
          ...newEpisode().context.phases,
          script: { ...newEpisode().context.phases.script, status: 'done' },
        },
      }),
    ],
  ])('given an event with a bad %s, then it is refused and the field is named (case %#)', (field, input) => {
    const error = thrown(() => parseEvent(input));
    expect(error).toEqual(invalid(field));
    expect(error.message.startsWith(`${field}: `)).toBe(true);
  });

  test('given good files and results, then they are taken', () => {
    const checkpoint = {
      ...sample['checkpoint.save']('research').checkpoint,
      file: 'checkpoints/a_b-0.json',
    };
    expect(parseEvent(event('checkpoint.save', { checkpoint }))).toMatchObject({ checkpoint });
    expect(parseEvent(event('operation.settled', { result: { json: '{}' } }))).toMatchObject({
      result: { json: '{}' },
    });
  });

  test('given prototypes in JSON, then nothing is polluted', () => {
    expect(
      thrown(() =>
        parseEvent(
          JSON.parse(
            '{"type":"phase.start","at":"2025-09-03T14:30:22Z","phase":"research","__proto__":{"claim":1}}',
          ),
        ),
      ),
    ).toMatchObject({ code: 'invalid_input' });
    expect(({} as { claim?: unknown }).claim).toBeUndefined();
  });

  test('given ten megabytes of topic, then it is refused at once, with a short message', () => {
    const result = EpisodeCreated.safeParse({ ...created(), topic: 'x'.repeat(10_000_000) });
    expect(result.error?.issues[0]).toMatchObject({ path: ['topic'] });
    expect(result.error?.message.length).toBeLessThan(1000);
    for (const topic of ['', '  ', 'a\u0000', 'a\u001b[31m', '\udfff', 'x'.repeat(501)])
      expect(EpisodeCreated.safeParse({ ...created(), topic }).success).toBe(false);
    for (const topic of ['x'.repeat(500), 'Über Größe 🎙️', 'two\nlines\tand a tab'])
      expect(EpisodeCreated.safeParse({ ...created(), topic }).data?.topic).toBe(topic);
    expect(EpisodeCreated.safeParse({ ...created(), sessionId: '../../x' }).error?.issues[0]?.path).toEqual([
      'sessionId',
    ]);
    expect(
      EpisodeCreated.safeParse({ ...created(), forkedFrom: '/etc/passwd' }).error?.issues[0]?.path,
    ).toEqual(['forkedFrom']);
  });

  test('given a snapshot from a file, when a field is wrong, then it is named', () => {
    const good = JSON.parse(JSON.stringify(persist(newEpisode()))) as ReturnType<typeof persist>;
    expect(parsePersisted(good)).toEqual(good);
    const bad: [string, unknown][] = [
      ['snapshot', null],
      ['snapshot.status', { ...good, status: 'stopped' }],
      ['snapshot.value', { ...good, value: 'nowhere' }],
      ['snapshot.value', { ...good, value: { research: 'active', script: 'active' } }],
      [
        'snapshot.context.money.spent',
        { ...good, context: { ...good.context, money: { ...good.context.money, spent: 1.5 } } },
      ],
      [
        'snapshot.context.phases.audio',
        { ...good, context: { ...good.context, phases: { ...good.context.phases, audio: undefined } } },
      ],
      ['snapshot.context.updatedAt', { ...good, context: { ...good.context, updatedAt: 'yesterday' } }],
    ];
    expect(bad.map(([, input]) => thrown(() => parsePersisted(input)).field)).toEqual(
      bad.map(([field]) => field),
    );
  });
});

describe('errors', () => {
  test('given an error, when it becomes JSON, then it says who should act and nothing that is not there', () => {
    const cause = new Error('inner');
    expect(
      new ProductionError('daily_cap_reached', 'wait', { sessionId: 's', field: 'f', cause }).toJSON(),
    ).toEqual({
      code: 'daily_cap_reached',
      message: 'wait',
      remedy: 'operator',
      session_id: 's',
      field: 'f',
    });
    expect(new ProductionError('wrong_state', 'no').toJSON()).toEqual({
      code: 'wrong_state',
      message: 'no',
      remedy: 'caller',
    });
    expect(new ProductionError('wrong_state', 'no', { cause }).cause).toBe(cause);
  });

  test('given the error of another copy of this module, then it is one; a look-alike is not', () => {
    expect(Object.assign(new Error('x'), { name: 'ProductionError', code: 'wrong_state' })).toBeInstanceOf(
      ProductionError,
    );
    for (const value of [
      null,
      undefined,
      'x',
      new Error('x'),
      { name: 'ProductionError', code: 'constructor' },
      { name: 'ProductionError', code: 7 },
      { name: 'Error', code: 'wrong_state' },
    ]) {
      expect(value instanceof (ProductionError as unknown as new () => unknown)).toBe(false);
    }
  });
});
