import { describe, expect, test } from 'vitest';
import {
  ProductionError,
  announce,
  classifyError,
  decide,
  episodeEventTypes,
  explain,
  heldOperations,
  isSameState,
  isSessionId,
  migrate,
  parseEvent,
  parseName,
  parsePolicy,
  parseSessionId,
  parseUsd,
  persist,
  phaseNames,
  stateName,
  unfinishedPhases,
  type EpisodeEvent,
  type EpisodeSnapshot,
} from '../../machines/index.js';
import { thrown } from '../support/thrown.js';
import { apply, newEpisode } from './story.js';
import {
  allStates,
  cost,
  dayOfMoney,
  episodeIn,
  finish,
  minute,
  reserve,
  sample,
  settle,
  start,
  usd,
  withOperation,
} from './words.js';

const said = (run: () => unknown): ReturnType<ProductionError['toJSON']> => thrown(run).toJSON();

describe('what a refused input says', () => {
  test.each<[string, () => unknown, string, RegExp]>([
    [
      'a session id',
      () => parseSessionId('../x'),
      'session_id',
      /^session_id: "\.\.\/x" is not a session id such as ep_001_20250903_143022\.$/,
    ],
    ['a long session id', () => parseSessionId('y'.repeat(500)), 'session_id', /^session_id: "y{80}" is not/],
    [
      'null for a session id',
      () => parseSessionId(null),
      'session_id',
      /^session_id: a value of type null is not/,
    ],
    [
      'a number for a session id',
      () => parseSessionId(7),
      'session_id',
      /^session_id: a value of type number is not/,
    ],
    [
      'a name',
      () => parseName('Con', 'checkpoint'),
      'checkpoint',
      /^checkpoint: "Con" is not a name: use 1 to 64 lower-case letters, digits, "_" or "-"/,
    ],
    [
      'a name that is a word of JavaScript',
      () => parseName('constructor', 'name'),
      'name',
      /^name: "constructor" means something to a system or a program already; take another name\.$/,
    ],
    ['a device of a system', () => parseName('com1', 'name'), 'name', /^name: "com1" means something/],
    [
      'text for money',
      () => parseUsd('much', 'total'),
      'total',
      /^total: "much" is not an amount of dollars such as 0\.15/,
    ],
    ['a long text for money', () => parseUsd('y'.repeat(500)), 'cost', /^cost: "y{40}" is not/],
    [
      'an object for money',
      () => parseUsd({ toString: () => 'z'.repeat(500) }),
      'cost',
      /^cost: z{40} is not an amount/,
    ],
    ['minus zero', () => parseUsd(-0), 'cost', /^cost: 0 is not an amount/],
    ['infinity', () => parseUsd(Number.POSITIVE_INFINITY), 'cost', /^cost: Infinity is not an amount/],
    [
      'a ten-millionth',
      () => parseUsd(1e-7),
      'cost',
      /^cost: 1e-7 is finer than a micro-dollar; round it yourself/,
    ],
    [
      'too much money',
      () => parseUsd(1_000_001),
      'cost',
      /^cost: 1000001 is above the largest amount, 1000000 dollars\.$/,
    ],
    [
      'an unknown field of a policy',
      () => parsePolicy({ budget: 1, other: 2 }),
      'policy.budget',
      /^policy\.budget: Unrecognized keys?: /,
    ],
    [
      'an unknown budget',
      () => parsePolicy({ budgets: { video: 1 } }),
      'policy.budgets.video',
      /^policy\.budgets\.video: Unrecognized key/,
    ],
    [
      'a budget that is no amount',
      () => parsePolicy({ budgets: { total: 'much' } }),
      'policy.budgets.total',
      /^policy\.budgets\.total: "much" is not an amount of dollars [^\n]*[^.]\.$/,
    ],
    [
      'a time zone',
      () => parsePolicy({ timeZone: 'Mars/Olympus' }),
      'policy.timeZone',
      /^policy\.timeZone: is not an IANA time zone\.$/,
    ],
    ['a policy that is none', () => parsePolicy('strict'), 'policy', /^policy: Invalid input/],
    [
      'a very long name in a policy',
      () => parsePolicy({ ['x'.repeat(500)]: 1 }),
      `policy.${'x'.repeat(193)}`,
      /^policy\.x{193}: /,
    ],
    [
      'an event of XState',
      () => parseEvent({ type: 'xstate.stop' }),
      'type',
      /^type: events named "xstate\.…" belong to XState/,
    ],
    [
      'two unknown fields of an event',
      () => parseEvent({ ...start('research'), one: 1, two: 2 }),
      'one',
      /^one: Unrecognized keys/,
    ],
    [
      'a very long field of an event',
      () => parseEvent({ ...start('research'), ['y'.repeat(500)]: 1 }),
      'y'.repeat(200),
      /^y{200}: /,
    ],
    ['an event that is none', () => parseEvent(null), 'input', /^input: /],
    [
      'a version',
      () => migrate({}, 0.5),
      'version',
      /^version: 0\.5 is not the version of a machine, which is a whole number from 1\.$/,
    ],
  ])('given %s, then it names the field and says what is wrong', (_what, run, field, says) => {
    expect(said(run)).toMatchObject({
      code: 'invalid_input',
      remedy: 'caller',
      field,
      message: expect.stringMatching(says) as string,
    });
  });

  test('given a zone, when it is one, then it is taken; given text that is no id, then it is none', () => {
    expect(parsePolicy({ timeZone: 'Asia/Kathmandu' }).timeZone).toBe('Asia/Kathmandu');
    expect([
      isSessionId('ep_001_20250903_143022'),
      isSessionId({ toString: () => 'ep_001_20250903_143022' }),
      isSessionId(['ep_001_20250903_143022']),
    ]).toEqual([true, false, false]);
  });

  const same = { snapshot: (each: unknown) => each, event: (each: unknown) => each };

  test('given a newer version of the machine, then it says to upgrade', () => {
    expect(said(() => migrate(persist(newEpisode()), 9))).toMatchObject({
      code: 'production_upgraded',
      field: 'version',
      message: expect.stringMatching(
        /machine version 9, and this program knows versions up to 2; upgrade/,
      ) as string,
    });
    expect(said(() => migrate(persist(newEpisode()), 4, [same, same]))).toMatchObject({
      message: expect.stringContaining('versions up to 3') as string,
    });
  });
});

describe('an error', () => {
  test('given particulars, when it crosses JSON, then it has those and no others', () => {
    const bare = new ProductionError('wrong_state', 'no');
    expect(Object.keys(bare.toJSON())).toEqual(['code', 'message', 'remedy']);
    expect(Object.hasOwn(bare, 'cause')).toBe(false);
    const cause = new Error('deep');
    const full = new ProductionError('invalid_input', 'no', { sessionId: 'ep', field: 'cost', cause });
    expect(full.toJSON()).toEqual({
      code: 'invalid_input',
      message: 'no',
      remedy: 'caller',
      session_id: 'ep',
      field: 'cost',
    });
    expect(full.cause).toBe(cause);
  });

  test('given an error of another copy of this module, then it is one of ours; given a look-alike, then not', () => {
    expect({ name: 'ProductionError', code: 'wrong_state' } instanceof ProductionError).toBe(true);
    for (const other of [
      { name: 'ProductionError', code: 'odd' },
      { name: 'ProductionError', code: 7 },
      { name: 'Error', code: 'wrong_state' },
      null,
      undefined,
      'wrong_state',
      { name: 'ProductionError', code: { toString: () => 'wrong_state' } },
    ]) {
      expect((other as object) instanceof ProductionError).toBe(false);
    }
  });
});

describe("a worker's error", () => {
  test.each<[unknown, string]>([
    [null, 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
    [{ code: 7, status: '429' }, 'unknown'],
    [{ code: 'XECONNRESET' }, 'unknown'],
    [{ code: 'ECONNRESETS' }, 'unknown'],
    ['ratelimit', 'rate_limited'],
    ['rate limit', 'rate_limited'],
    ['contentfilter', 'content_filtered'],
    ['content policy', 'content_filtered'],
    ['timedout', 'timeout'],
    ['timeout', 'timeout'],
    ['timed out', 'timeout'],
  ])('given %j, then it is %s', (error, code) => {
    expect(classifyError(error).code).toBe(code);
  });
});

describe('states and their names', () => {
  test('given any two states, then they are the same if their names are', () => {
    for (const one of allStates) {
      expect(stateName(episodeIn(one))).toBe(one);
      for (const two of allStates)
        expect([one, two, isSameState(episodeIn(one), episodeIn(two))]).toEqual([one, two, one === two]);
    }
  });

  test('given phases that are over, skipped or neither, then the unfinished ones are told', () => {
    const skipped = decide(episodeIn('script.active'), sample['phase.skip']('script'));
    expect(unfinishedPhases(newEpisode().context)).toEqual(['research', 'script', 'audio']);
    expect(unfinishedPhases(episodeIn('script.active').context)).toEqual(['script', 'audio']);
    expect(skipped.accepted && unfinishedPhases(skipped.snapshot.context)).toEqual(['audio']);
    expect(unfinishedPhases(episodeIn('complete').context)).toEqual([]);
  });

  test('given operations, then those whose outcome is unknown are told', () => {
    const active = episodeIn('research.active');
    expect(heldOperations(apply(active, reserve('research', '0.10', 'open')).context)).toEqual([]);
    expect(heldOperations(withOperation(active, 'held').context)).toHaveLength(1);
  });

  test('given any refusal, then what is not possible is not listed as what is', () => {
    const refusals = allStates.flatMap((state) =>
      episodeEventTypes.flatMap((type) =>
        phaseNames.flatMap((phase) => {
          const decided = decide(episodeIn(state), sample[type](phase));
          return decided.accepted ? [] : [decided.refusal.message];
        }),
      ),
    );
    const contradictory = refusals.filter((message) => {
      const [, refused = '?', possible = ''] =
        /, where (.+) is not possible.*; possible here: (.+)\.$/.exec(message) ?? [];
      return possible.split(', ').includes(refused);
    });
    expect(refusals.filter((message) => message.includes('possible here'))).not.toHaveLength(0);
    expect(contradictory).toEqual([]);
  });

  test('given a phase out of order, then the sentence says with which to go on', () => {
    const sentence = (snapshot: EpisodeSnapshot, event: EpisodeEvent): string =>
      explain(snapshot, event).message;
    expect(sentence(episodeIn('script.pending'), start('audio'))).toMatch(/go on with script/);
    expect(sentence(episodeIn('research.active'), finish('script'))).not.toMatch(/no phase is left/);
  });
});

describe('announcements of money', () => {
  const types = (before: EpisodeSnapshot, event: EpisodeEvent): string[] => {
    const decision = decide(before, event);
    if (!decision.accepted) throw new Error(decision.refusal.message);
    return announce(before, event, decision.snapshot).map(({ type }) => type);
  };
  const active = newEpisode({ budgets: { research: '1', script: '1', audio: '1', total: '2' } });
  const working = apply(active, start('research'));

  test('given nothing is spent, then no budget and no day is announced, however full they are', () => {
    expect(types(working, cost('research', '0', { spent: usd('50'), cap: usd('50') }))).not.toEqual(
      expect.arrayContaining(['budget:warning']),
    );
    const held = apply(working, reserve('research', '0.50'));
    expect(types(held, settle('k', '0'))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:budget|daily):/)]),
    );
  });

  test('given the total is reached exactly, then that is announced once', () => {
    const near = apply(working, cost('research', '1.90'));
    expect(types(near, cost('research', '0.10'))).toContain('budget:stopped');
    const at = apply(near, cost('research', '0.10'));
    expect(types(at, cost('research', '0'))).not.toContain('budget:stopped');
  });

  test('given the cap of a day is reached by this cost, then the day is announced; given by an earlier one, then not again', () => {
    expect(types(working, cost('research', '0.10', { spent: usd('49.90'), cap: usd('50') }))).toContain(
      'daily:stopped',
    );
    expect(types(working, cost('research', '0.10', { spent: usd('49.80'), cap: usd('50') }))).not.toContain(
      'daily:stopped',
    );
  });

  test('given a settled operation or a cost with a key that is known, when it comes again, then nothing changes', () => {
    const settled = apply(working, reserve('research', '0.50'), settle('k', '0.40'));
    const again: EpisodeEvent = {
      type: 'cost.recorded',
      at: minute(6),
      phase: 'research',
      operation: 'q',
      cost: usd('0.40'),
      key: 'k',
      day: dayOfMoney(),
    };
    expect(decide(settled, again)).toMatchObject({ accepted: false });
    expect(decide(settled, settle('k', '0.40'))).toMatchObject({ accepted: false });
  });
});
