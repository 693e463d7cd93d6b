import { assign, createMachine, fromPromise, setup, type AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import {
  episodeMachine,
  lintChart,
  machineId,
  machineVersion,
  migrations,
  structureHash,
} from '../../machines/index.js';
import { machineHash } from '../../machines/episode/version.js';

/** The structure of each version of the chart: the last one is open until it is released, and its line is to be brought up with it. */
const structureOf: Record<number, string> = {
  1: '893657c7fcc5e805',
  2: 'dc2db3128c9886a4',
};

/** What to do when the chart has changed. */
function checkStructure(version: number, hash: string): void {
  if (structureOf[version] === hash) return;
  throw new Error(
    `the chart has changed (${hash}): raise machineVersion and add a migration (machines/migrations.ts), then update this constant`,
  );
}

describe('the chart', () => {
  test('given the episode’s chart, then it has no fault', () => {
    expect(lintChart(episodeMachine)).toEqual([]);
  });

  test('given the structure of this version, then the chart has not changed without a new version', () => {
    expect(() => checkStructure(machineVersion, structureHash(episodeMachine))).not.toThrow();
    expect(machineHash).toBe(structureHash(episodeMachine));
    expect(() => checkStructure(machineVersion, 'another')).toThrow(
      /raise machineVersion and add a migration/,
    );
    // One migration for each version after the first.
    expect([Object.keys(structureOf).at(-1), migrations.length]).toEqual([
      String(machineVersion),
      machineVersion - 1,
    ]);
    expect([episodeMachine.id, episodeMachine.version]).toEqual([machineId, String(machineVersion)]);
  });

  test('given the same chart, when it is hashed again, then the hash is the same, in whatever order its events stand', () => {
    expect(structureHash(episodeMachine)).toBe(structureHash(episodeMachine));
    expect(structureHash(createMachine({ on: { a: { actions: 'x' }, b: { actions: 'y' } } }))).toBe(
      structureHash(createMachine({ on: { b: { actions: 'y' }, a: { actions: 'x' } } })),
    );
  });

  const base = {
    id: 'm',
    initial: 'a',
    states: { a: { on: { go: { guard: 'g', target: 'b', actions: 'x' } } }, b: {}, c: {} },
  };
  const changed: [what: string, config: Record<string, unknown>][] = [
    [
      'a target',
      { ...base, states: { ...base.states, a: { on: { go: { guard: 'g', target: 'c', actions: 'x' } } } } },
    ],
    [
      'a guard',
      { ...base, states: { ...base.states, a: { on: { go: { guard: 'h', target: 'b', actions: 'x' } } } } },
    ],
    ['no guard', { ...base, states: { ...base.states, a: { on: { go: { target: 'b', actions: 'x' } } } } }],
    [
      'an action',
      { ...base, states: { ...base.states, a: { on: { go: { guard: 'g', target: 'b', actions: 'y' } } } } },
    ],
    [
      'one action more',
      {
        ...base,
        states: { ...base.states, a: { on: { go: { guard: 'g', target: 'b', actions: ['x', 'y'] } } } },
      },
    ],
    [
      'an event',
      { ...base, states: { ...base.states, a: { on: { run: { guard: 'g', target: 'b', actions: 'x' } } } } },
    ],
    ['a forbidden event', { ...base, states: { ...base.states, b: { on: { go: undefined } } } }],
    [
      'a second way',
      {
        ...base,
        states: {
          ...base.states,
          a: { on: { go: [{ guard: 'g', target: 'b', actions: 'x' }, { target: 'c' }] } },
        },
      },
    ],
    [
      'the order of ways',
      {
        ...base,
        states: {
          ...base.states,
          a: { on: { go: [{ target: 'c' }, { guard: 'g', target: 'b', actions: 'x' }] } },
        },
      },
    ],
    [
      'a re-entering way',
      {
        ...base,
        states: {
          ...base.states,
          a: { on: { go: { guard: 'g', target: 'b', actions: 'x', reenter: true } } },
        },
      },
    ],
    ['an entry action', { ...base, states: { ...base.states, b: { entry: 'x' } } }],
    ['an exit action', { ...base, states: { ...base.states, b: { exit: 'x' } } }],
    ['another first state', { ...base, initial: 'b' }],
    ['one state more', { ...base, states: { ...base.states, d: {} } }],
    ['one state fewer', { ...base, states: { a: base.states.a, b: {} } }],
    ['a state inside', { ...base, states: { ...base.states, c: { initial: 'd', states: { d: {} } } } }],
    ['a final state', { ...base, states: { ...base.states, c: { type: 'final' } } }],
    ['a renamed state', { ...base, states: { a: base.states.a, b: {}, e: {} } }],
  ];

  test('given a chart, when any one part of it changes, then each change has a hash of its own', () => {
    const hashes = [['nothing', base] as const, ...changed].map(([, config]) =>
      structureHash(createMachine(config as Parameters<typeof createMachine>[0]) as AnyStateMachine),
    );
    expect(new Set(hashes).size).toBe(changed.length + 1);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  const sound = setup({ guards: { g: () => true }, actions: { x: () => {} } });
  const fault = (config: unknown): string[] =>
    lintChart(
      sound.createMachine({
        id: 'm',
        initial: 'a',
        on: { use: { guard: 'g', actions: 'x' } },
        ...(config as object),
      } as never) as unknown as AnyStateMachine,
    );
  const a = { a: { description: 'A.' } };

  test.each<[what: string, config: unknown, says: string[]]>([
    ['nothing', { states: a }, []],
    [
      'an unknown guard',
      { states: a, on: { use: { guard: 'g', actions: 'x' }, e: { guard: 'nope', actions: 'x' } } },
      ['m: guard nope is not implemented.'],
    ],
    [
      'a guard without a name',
      { states: a, on: { use: { guard: 'g', actions: 'x' }, e: { guard: () => true, actions: 'x' } } },
      ['m: a guard of e has no name.'],
    ],
    [
      'a guard that every object has',
      { states: a, on: { use: { guard: 'g', actions: 'x' }, e: { guard: 'toString', actions: 'x' } } },
      ['m: guard toString is not implemented.'],
    ],
    [
      'an unknown action',
      { states: { a: { description: 'A.', on: { e: { actions: 'nope' } } } } },
      ['m.a: action nope of e is not implemented.'],
    ],
    [
      'an action without a name',
      { states: { a: { description: 'A.', on: { e: { actions: assign({}) } } } } },
      ['m.a: an action of e has no name.'],
    ],
    [
      'an unknown entry action',
      { states: { a: { description: 'A.', entry: 'nope', exit: { type: 'gone' } } } },
      [
        'm.a: action nope of entry or exit is not implemented.',
        'm.a: action gone of entry or exit is not implemented.',
      ],
    ],
    [
      'what nothing uses',
      { states: a, on: {} },
      ['m: guard g is implemented and never used.', 'm: action x is implemented and never used.'],
    ],
    [
      'an invoked actor',
      {
        states: { a: { description: 'A.', invoke: { id: 'w', src: fromPromise(() => Promise.resolve()) } } },
      },
      ['m.a: invokes an actor, which would run again on restore.'],
    ],
    [
      'a timer',
      { states: { a: { description: 'A.', after: { 10: { actions: 'x' } } } } },
      [
        'm.a: an action of entry or exit has no name.',
        'm.a: an action of entry or exit has no name.',
        'm.a: has a delayed transition, which would be lost on restore.',
      ],
    ],
    [
      'an eventless transition',
      { states: { a: { description: 'A.', always: { guard: 'g', target: 'b' } }, b: { description: 'B.' } } },
      ['m.a: has an eventless transition.', 'm.b: no way leads here.'],
    ],
    [
      'a history',
      {
        states: {
          a: { description: 'A.', on: { e: 'b.past' } },
          b: {
            description: 'B.',
            initial: 'c',
            states: { c: { description: 'C.' }, past: { description: 'Past.', history: 'deep' } },
          },
        },
      },
      ['m.b.past: is a history, and a snapshot has none.', 'm.b.c: no way leads here.'],
    ],
    [
      'a pattern of events',
      { states: { ...a }, on: { 'cost.*': { guard: 'g', actions: 'x', target: '.a' } } },
      ['m: takes events by the pattern cost.*; name each.'],
    ],
    [
      'an unreachable state',
      { states: { ...a, b: { description: 'B.', initial: 'c', states: { c: { description: 'C.' } } } } },
      ['m.b: no way leads here.', 'm.b.c: no way leads here.'],
    ],
    [
      'a state that only an unreachable one leads to',
      {
        states: { ...a, b: { description: 'B.', on: { e: 'c' } }, c: { description: 'C.', on: { e: 'b' } } },
      },
      ['m.b: no way leads here.', 'm.c: no way leads here.'],
    ],
    [
      'a state inside that is entered directly',
      {
        states: {
          a: { description: 'A.', on: { e: 'b.d' } },
          b: {
            description: 'B.',
            initial: 'c',
            states: { c: { description: 'C.' }, d: { description: 'D.' } },
          },
        },
      },
      ['m.b.c: no way leads here.'],
    ],
    ['no description', { states: { a: {} } }, ['m.a: has no description.']],
  ])('given a chart with %s, when it is linted, then it says so', (_what, config, says) => {
    expect(fault(config)).toEqual(says);
  });
});
