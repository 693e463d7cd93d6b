import { describe, expect, test } from 'vitest';
import {
  decide,
  errorRemedies,
  explain,
  stateName,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type ErrorCode,
  type EventOf,
} from '../../machines/index.js';
import { apply, created, newEpisode } from './story.js';
import {
  allEvents,
  allStates,
  claim,
  cost,
  dayOfMoney,
  episodeIn,
  eventFor,
  fail,
  finish,
  minute,
  phasesDone,
  plausible,
  reserve,
  sample,
  saved,
  settle,
  start,
  usd,
  withContext,
  withOperation,
} from './words.js';

const id = 'ep_001_20250903_143022';

interface Story {
  title: string;
  given: EpisodeSnapshot;
  when: EpisodeEvent;
  code: ErrorCode;
  /** What the sentence says besides the session: what happened, and what to do. */
  says: RegExp[];
}

const active = episodeIn('research.active');
const claimed = apply(active, claim());
const failed = episodeIn('failed');
const hard = { hardPhaseBudgets: true };
const begin = (day = dayOfMoney()): EpisodeEvent => ({ type: 'recovery.begin', at: minute(9), day });
const raise = (scope: EventOf<'budget.raise'>['scope'], amount = '1'): EpisodeEvent => ({
  type: 'budget.raise',
  at: minute(9),
  scope,
  amount: usd(amount),
  by: 'ann',
  reason: 'worth it',
});
const full = Object.fromEntries(
  Array.from({ length: 200 }, (_, index) => [
    `c${index}`,
    { phase: 'research' as const, at: minute(1), sha256: 'a'.repeat(64), bytes: 2, next: null, file: null },
  ]),
);
const restore = (change: Partial<EventOf<'checkpoint.restore'>> = {}): EpisodeEvent => ({
  ...sample['checkpoint.restore']('research'),
  ...change,
});
const cancelled = apply(episodeIn('script.active'), sample['episode.cancelled']('script'));
const withSettled = apply(active, reserve('research', '0.50'), settle('k', '0.40'));
const withOpen = apply(active, reserve('research', '0.50'));
const graded = newEpisode({ quality: { research: { depth: 0.8 } } });

const stories: Story[] = [
  // Who may move it.
  {
    title: 'given a live claim, when someone without one skips the phase, then the holder is named',
    given: claimed,
    when: sample['phase.skip']('research'),
    code: 'claimed_elsewhere',
    says: [/host 1 \(claim 1, until/, /wait for it, stop it, or pause/],
  },
  {
    title: 'given a live claim, when another one is asked for, then the holder is named',
    given: claimed,
    when: claim(minute(9), minute(19), 'host 2'),
    code: 'claimed_elsewhere',
    says: [/host 1/, /wait for it or stop it/],
  },
  {
    title:
      'given a claim that ends half a second later, when another is asked for without milliseconds, then it is still alive',
    given: apply(active, claim(minute(0), '2025-09-03T15:10:00.500Z')),
    when: claim('2025-09-03T15:10:00Z', minute(19)),
    code: 'claimed_elsewhere',
    says: [/host 1/],
  },
  {
    title: 'given a newer claim, when the older one completes, then it is told to stop',
    given: apply(claimed, claim(minute(10), minute(20), 'host 2')),
    when: { ...finish('research'), claim: 1 },
    code: 'claim_lost',
    says: [/claim 1 on/, /host 2 holds claim 2/, /stop working/],
  },
  {
    title: 'given no claim at all, when an event carries one, then it is lost',
    given: active,
    when: { ...finish('research'), claim: 1 },
    code: 'claim_lost',
    says: [/nobody holds one/],
  },
  {
    title: 'given a stale claim, when it fails the phase, then the failure is not taken',
    given: apply(claimed, claim(minute(10), minute(20), 'host 2')),
    when: { ...fail('research', minute(11)), claim: 1 },
    code: 'claim_lost',
    says: [/no longer valid/],
  },
  {
    title: 'given no claim, when one is renewed, then it has to be claimed first',
    given: active,
    when: { type: 'lease.renew', at: minute(9), until: minute(19) },
    code: 'claim_lost',
    says: [/claim it before/],
  },
  // Which phase.
  {
    title: 'given research is under way, when script is completed, then research comes first',
    given: active,
    when: finish('script'),
    code: 'phase_out_of_order',
    says: [/script cannot come before research is finished/, /go on with research/],
  },
  {
    title: 'given research is complete, when it is started again, then it is said to be complete',
    given: episodeIn('script.pending'),
    when: start('research'),
    code: 'phase_out_of_order',
    says: [/research is complete already/, /go on with script/],
  },
  {
    title: 'given script fails, when audio is failed too, then script comes first',
    given: episodeIn('script.active'),
    when: fail('audio'),
    code: 'phase_out_of_order',
    says: [/go on with script/],
  },
  {
    title: 'given review of research, when script is approved, then it is out of order',
    given: episodeIn('research.review'),
    when: sample['review.approve']('script'),
    code: 'phase_out_of_order',
    says: [/go on with research/],
  },
  {
    title:
      'given a held operation of audio, when it is tried again during research, then it waits for its phase',
    given: withContext(active, {
      operations: {
        known: {
          operation: 'q',
          phase: 'audio',
          amount: usd(1),
          at: minute(1),
          day: '2025-09-03',
          state: 'held',
          claim: null,
        },
      },
    }),
    when: sample['operation.retry']('research'),
    code: 'phase_out_of_order',
    says: [/audio cannot come before research/],
  },
  // Open operations.
  {
    title: 'given an open operation, when its phase completes, then the operation is named',
    given: withOpen,
    when: finish('research', minute(9)),
    code: 'operations_open',
    says: [/1 paid operation\(s\)/, /\(k\)/, /settle or release/],
  },
  {
    title: 'given a held operation, when its phase is skipped, then it must be settled first',
    given: withOperation(active, 'held'),
    when: sample['phase.skip']('research'),
    code: 'operations_open',
    says: [/known/],
  },
  {
    title: 'given four open operations, when the phase is fulfilled, then three are named',
    given: apply(active, ...['a', 'b', 'c', 'd'].map((key) => reserve('research', '0.10', key))),
    when: sample['phase.fulfill']('research'),
    code: 'operations_open',
    says: [/4 paid/, /\(a, b, c, …\)/],
  },
  {
    title: 'given an open operation, when a checkpoint is restored, then it must end first',
    given: withContext(withOpen, {
      checkpoints: plausible('research.active', 'checkpoint.restore').context.checkpoints,
    }),
    when: restore(),
    code: 'operations_open',
    says: [/settle or release/],
  },
  // Keys.
  {
    title: 'given a settled key, when it is reserved again, then its result is to be used',
    given: withSettled,
    when: reserve('research', '0.50'),
    code: 'operation_settled',
    says: [/operation k/, /its result is kept, use it/],
  },
  {
    title: 'given a settled key, when it is settled again, then nothing is paid twice',
    given: withSettled,
    when: settle('k', '0.40'),
    code: 'operation_settled',
    says: [/settled already/],
  },
  {
    title: 'given a settled key, when a cost is recorded under it, then it is refused',
    given: withSettled,
    when: { ...cost('research', '0.10'), key: 'k' } as EpisodeEvent,
    code: 'operation_settled',
    says: [/paid/],
  },
  {
    title: 'given an open key, when it is reserved again, then it is under way',
    given: withOpen,
    when: reserve('research', '0.50'),
    code: 'operation_exists',
    says: [/is open since/, /settle or release it first/],
  },
  {
    title: 'given an open key, when a cost is recorded under it, then it is under way',
    given: withOpen,
    when: { ...cost('research', '0.10'), key: 'k' } as EpisodeEvent,
    code: 'operation_exists',
    says: [/settle or release it first/],
  },
  {
    title: 'given an open operation, when it is tried again, then only a held one can be',
    given: withOperation(active, 'open'),
    when: sample['operation.retry']('research'),
    code: 'operation_exists',
    says: [/under way/, /hold it before/],
  },
  {
    title: 'given no such operation, when it is settled, then it must be reserved',
    given: active,
    when: settle('nobody', '0.10'),
    code: 'operation_unknown',
    says: [/operation nobody/, /reserve it first/],
  },
  {
    title: 'given no such operation, when it is tried again, then it must be reserved',
    given: active,
    when: sample['operation.retry']('research'),
    code: 'operation_unknown',
    says: [/reserve it first/],
  },
  // Money.
  {
    title: 'given all of the total is spent, when a phase starts, then the budget must be raised',
    given: apply(episodeIn('script.pending'), cost('research', 7)),
    when: start('script'),
    code: 'budget_exhausted',
    says: [/spent \$7\.00 of its \$7\.00/, /raise the total budget/],
  },
  {
    title: 'given all of the total is spent, when something free is reserved, then it is refused',
    given: apply(active, cost('research', 7)),
    when: reserve('research', 0),
    code: 'budget_exhausted',
    says: [/raise the total budget/],
  },
  {
    title:
      'given 6.00 is spent and 0.50 reserved, when 0.500001 is reserved, then the three are told apart, and it may be tried again',
    given: apply(active, cost('research', 6), reserve('research', '0.50', 'other')),
    when: reserve('research', '0.500001'),
    code: 'budget_reserved',
    says: [
      /q asks for \$0\.500001/,
      /of the total, \$7\.00, \$6\.00 is spent, \$0\.50 reserved and \$0\.50 left/,
      /try again when/,
    ],
  },
  {
    title:
      'given 6.00 is spent and 0.50 reserved, when 1.000001 is reserved, then it can never fit, and what is left is told',
    given: apply(active, cost('research', 6), reserve('research', '0.50', 'other')),
    when: reserve('research', '1.000001'),
    code: 'budget_exhausted',
    says: [/\$0\.50 of \$7\.00 is left/, /spent or reserved: \$6\.50/, /ask for less/],
  },
  {
    title: 'given a hard phase budget, when more is reserved than is left of it, then the phase is named',
    given: apply(newEpisode(hard), start('research')),
    when: reserve('research', '2.000001'),
    code: 'phase_budget_exhausted',
    says: [/\$2\.00 of the research budget is left/, /raise it or ask for less/],
  },
  {
    title:
      'given a day of which others have reserved the most, when more than is left is reserved, then it may be tried again',
    given: active,
    when: reserve('research', '0.100001', 'k', { spent: usd('40'), reserved: usd('9.90') }),
    code: 'budget_reserved',
    says: [/of the day's cap, \$50\.00, \$40\.00 is spent, \$9\.90 reserved and \$0\.10 left/],
  },
  {
    title: 'given a day with 0.10 left, when 0.100001 is reserved, then the day is named',
    given: active,
    when: reserve('research', '0.100001', 'k', { spent: usd('49.90') }),
    code: 'daily_cap_reached',
    says: [/\$0\.10 of the day's \$50\.00/, /2025-09-03/, /wait for the next day or raise/],
  },
  {
    title: 'given a day that is used up, when something free is reserved, then it is refused',
    given: active,
    when: reserve('research', 0, 'k', { spent: usd(50) }),
    code: 'daily_cap_reached',
    says: [/used up/, /tomorrow or raise/],
  },
  {
    title: 'given a day that is used up, when a phase starts and tells the day, then it waits',
    given: episodeIn('script.pending'),
    when: { type: 'phase.start', at: minute(9), phase: 'script', day: dayOfMoney({ spent: usd(50) }) },
    code: 'daily_cap_reached',
    says: [/\$50\.00 are used up for 2025-09-03/, /tomorrow or raise/],
  },
  {
    title: "given nobody says which day, when the day's cap is raised, then the field is named",
    given: active,
    when: raise('day'),
    code: 'invalid_input',
    says: [/^day: /, /add it to the event/],
  },
  // Quality and checkpoints.
  {
    title: 'given a score that policy asks for, when it is missing, then the phase does not complete',
    given: apply(graded, start('research')),
    when: finish('research'),
    code: 'quality_rejected',
    says: [/depth is not recorded/, /at least 0\.8/, /improve the work/],
  },
  {
    title: 'given a score that policy asks for, when it is too low, then it is told',
    given: apply(graded, start('research'), {
      type: 'quality.recorded',
      at: minute(1),
      name: 'depth',
      value: 0.799,
    }),
    when: finish('research'),
    code: 'quality_rejected',
    says: [/depth is 0\.799/],
  },
  {
    title: 'given two hundred checkpoints, when one more is saved, then a name must be used again',
    given: withContext(active, { checkpoints: full }),
    when: sample['checkpoint.save']('research'),
    code: 'checkpoint_limit',
    says: [/200 checkpoints/, /existing name/],
  },
  {
    title: 'given two hundred checkpoints, when a phase completes under a new name, then it is refused',
    given: withContext(active, { checkpoints: full }),
    when: finish('research'),
    code: 'checkpoint_limit',
    says: [/existing name/],
  },
  {
    title: 'given two hundred checkpoints, when a phase is fulfilled under a new name, then it is refused',
    given: withContext(active, { checkpoints: full }),
    when: sample['phase.fulfill']('research'),
    code: 'checkpoint_limit',
    says: [/existing name/],
  },
  {
    title: 'given no such checkpoint, when it is restored, then it is unknown',
    given: active,
    when: restore(),
    code: 'checkpoint_unknown',
    says: [/no checkpoint kept/, /restore one of those/],
  },
  {
    title: 'given other content under the name, when it is restored, then it is unknown',
    given: plausible('research.active', 'checkpoint.restore'),
    when: restore({ sha256: 'b'.repeat(64) }),
    code: 'checkpoint_unknown',
    says: [/with this content/],
  },
  {
    title: 'given a name that every object has, when it is restored, then it is unknown',
    given: active,
    when: restore({ name: 'constructor' }),
    code: 'checkpoint_unknown',
    says: [/constructor/],
  },
  {
    title: 'given a cancelled episode, when a checkpoint is restored, then it stays cancelled',
    given: withContext(cancelled, {
      checkpoints: plausible('failed', 'checkpoint.restore').context.checkpoints,
    }),
    when: restore(),
    code: 'not_recoverable',
    says: [/was cancelled/, /fork it/],
  },
  {
    title:
      'given research unfinished in the checkpoint, when it resumes at script, then no phase could start',
    given: plausible('script.active', 'checkpoint.restore'),
    when: restore({ resume: 'script' }),
    code: 'phase_out_of_order',
    says: [/research is not finished/, /resume at research/],
  },
  // Recovery.
  {
    title: 'given a cancelled episode, when it is recovered, then it must be forked',
    given: cancelled,
    when: begin(),
    code: 'not_recoverable',
    says: [/was cancelled/, /fork it/],
  },
  {
    title: 'given a failed episode that was cancelled then, when it is recovered, then it must be forked',
    given: apply(failed, sample['episode.cancelled']('research')),
    when: begin(),
    code: 'not_recoverable',
    says: [/fork it/],
  },
  {
    title: 'given three recoveries, when a fourth is asked for, then it is told to archive or fork',
    given: withContext(failed, { recoveries: 3 }),
    when: begin(),
    code: 'recovery_exhausted',
    says: [/recovered 3 times/, /archive it, or fork/],
  },
  {
    title: 'given a passed total, when it is recovered without a raise, then the budget is named',
    given: apply(active, cost('research', '7.01')),
    when: begin(),
    code: 'budget_exhausted',
    says: [/\$7\.01 of its \$7\.00/],
  },
  {
    title: 'given a passed hard phase budget, when it is recovered without a raise, then the phase is named',
    given: apply(newEpisode(hard), start('research'), cost('research', '2.01')),
    when: begin(),
    code: 'phase_budget_exhausted',
    says: [/research budget/, /raise it to recover/],
  },
  {
    title:
      'given a later phase passed its hard budget too early, when it is recovered, then that phase is named',
    given: apply(newEpisode(hard), cost('audio', '3.01')),
    when: begin(),
    code: 'phase_budget_exhausted',
    says: [/audio budget/],
  },
  {
    title: 'given the day stopped it, when it is recovered on a day without money, then it waits',
    given: apply(active, cost('research', '0.01', { spent: usd(50) })),
    when: begin(dayOfMoney({ spent: usd(49), reserved: usd(1) })),
    code: 'daily_cap_reached',
    says: [/used up for 2025-09-03/, /tomorrow or raise/],
  },
  {
    title: 'given research unfinished, when recovery resumes at audio, then it goes to research',
    given: episodeIn('recovery'),
    when: sample['recovery.resume']('audio'),
    code: 'phase_out_of_order',
    says: [/cannot resume at audio/, /resume at research/],
  },
  {
    title: 'given a live claim, when someone else recovers, then the holder is named',
    given: apply(failed, claim()),
    when: begin(),
    code: 'claimed_elsewhere',
    says: [/host 1/],
  },
  {
    title: 'given a live claim, when someone else resumes, then the holder is named',
    given: apply(episodeIn('recovery'), claim()),
    when: sample['recovery.resume']('research'),
    code: 'claimed_elsewhere',
    says: [/host 1/],
  },
  {
    title: 'given a live claim, when someone else restores, then the holder is named',
    given: apply(plausible('failed', 'checkpoint.restore'), claim()),
    when: restore(),
    code: 'claimed_elsewhere',
    says: [/host 1/],
  },
  {
    title: 'given a live claim, when someone else archives, then the holder is named',
    given: apply(failed, claim()),
    when: sample['episode.archive']('research'),
    code: 'claimed_elsewhere',
    says: [/host 1/],
  },
  // Forks and ends.
  {
    title: 'given an episode of its own, when it is forked into, then it is no fork',
    given: newEpisode(),
    when: sample['episode.forked']('research'),
    code: 'wrong_state',
    says: [/not created as a fork/, /fork an episode/],
  },
  {
    title: 'given a fork, when it resumes past an unfinished phase, then it is out of order',
    given: plausible('initialized', 'episode.forked'),
    when: { ...sample['episode.forked']('research'), phases: phasesDone(0) },
    code: 'phase_out_of_order',
    says: [/resume at research/],
  },
  {
    title:
      'given a complete episode, when a checkpoint is restored, then the possible calls and commands are listed',
    given: plausible('complete', 'checkpoint.restore'),
    when: restore(),
    code: 'wrong_state',
    says: [
      /is in complete, where showrunner restore \(restoreCheckpoint\) is not possible/,
      /possible here: showrunner archive \(archiveEpisode\)\./,
    ],
  },
  {
    title: 'given an archived episode, when it is archived again, then it can only be brought back',
    given: episodeIn('archived'),
    when: sample['episode.archive']('research'),
    code: 'wrong_state',
    says: [/possible here: showrunner unarchive \(unarchiveEpisode\)/],
  },
  {
    title: 'given a failed episode, when it completes, then its failure is told',
    given: failed,
    when: finish('research'),
    code: 'wrong_state',
    says: [/it failed: timeout, it took too long/, /showrunner recover/],
  },
];

const refusalOf = (given: EpisodeSnapshot, when: EpisodeEvent) => {
  const decision = decide(given, when);
  return decision.accepted ? null : decision.refusal;
};

describe('refusals', () => {
  test.each(stories)('$title', ({ given, when, code, says }) => {
    const before = JSON.stringify(given);
    const decision = decide(given, when);
    expect(decision).toMatchObject({ accepted: false, refusal: { code } });
    const message = decision.accepted ? '' : decision.refusal.message;
    for (const part of says) expect(message).toMatch(part);
    expect(message).toContain(id);
    expect(message).toMatch(/^[\w'].*\.$/s);
    expect(refusalOf(given, when)).toEqual({ code, message });
    expect(JSON.stringify(given), 'a refusal changes nothing').toBe(before);
  });

  test('given an episode exists, when its creation comes again, then it is refused', () => {
    expect(decide(newEpisode(), created())).toMatchObject({
      accepted: false,
      refusal: {
        code: 'wrong_state',
        message: expect.stringMatching(/exists already; create another/) as unknown,
      },
    });
  });

  test('given no episode, when something happens to it, then the session is unknown', () => {
    expect(decide(undefined, start('research'))).toMatchObject({
      accepted: false,
      refusal: {
        code: 'session_unknown',
        message: expect.stringMatching(/phase\.start does not exist; create it first/) as unknown,
      },
    });
  });

  test('given every state and every event, when it is refused, then there is a code and a sentence that names the session', () => {
    const refused = allStates.flatMap((state) => {
      const snapshot = episodeIn(state);
      return allEvents.flatMap(
        (type) => refusalOf(snapshot, { ...eventFor(snapshot, type), claim: 7 }) ?? [],
      );
    });
    expect(refused.length).toBeGreaterThan(300);
    expect(
      refused.filter(
        ({ code, message }) =>
          !Object.hasOwn(errorRemedies, code) || !/ep_001_20250903_143022.*\.$/s.test(message),
      ),
    ).toEqual([]);
  });

  test.each([
    ['settled', withSettled, 'operation_settled'],
    ['open', withOpen, 'operation_exists'],
  ] as const)(
    'given a key that is %s, when a cost under it would pass the total or the day, then it is refused and stops nothing',
    (_state, given, code) => {
      const again = (amount: string, day = {}): EpisodeEvent =>
        ({ ...cost('research', amount, day), key: 'k' }) as EpisodeEvent;
      expect(refusalOf(given, again('7.01'))?.code).toBe(code);
      expect(refusalOf(given, again('0.01', { spent: usd(50) }))?.code).toBe(code);
    },
  );

  test('given an operation that is settled or unknown, when its settling would pass the total or the day, then it is refused and stops nothing', () => {
    expect(refusalOf(withSettled, settle('k', '7.01'))?.code).toBe('operation_settled');
    expect(refusalOf(active, settle('nobody', '0.01', { spent: usd(50) }))?.code).toBe('operation_unknown');
  });

  test('given a failure with a long message, when a later event is refused, then the message is cut', () => {
    const long = apply(active, {
      type: 'phase.failed',
      at: minute(3),
      phase: 'research',
      code: 'unknown',
      message: 'x'.repeat(2000),
    });
    expect(refusalOf(long, finish('research'))?.message).toMatch(/unknown, x{200}\); possible here/);
  });

  test('given an event that would pass, when it is explained, then the state is named and nothing is invented', () => {
    expect(refusalOf(active, finish('research'))).toBeNull();
    expect(explain(active, finish('research')).code).toBe('wrong_state');
    expect(stateName(active)).toBe('research.active');
  });
});

describe('what is allowed on purpose', () => {
  const accepted = (given: EpisodeSnapshot, when: EpisodeEvent): string => stateName(apply(given, when));

  test('given an orchestrator works, when a person approves, rejects, pauses, resumes or cancels, then it is done', () => {
    for (const state of ['script.review', 'audio.review'] as const) {
      const review = apply(episodeIn(state), claim());
      const phase = state === 'script.review' ? 'script' : 'audio';
      expect(accepted(review, sample['review.approve'](phase))).toBe(
        phase === 'script' ? 'audio.pending' : 'complete',
      );
      expect(accepted(review, sample['review.reject'](phase))).toBe(`${phase}.active`);
    }
    expect(accepted(claimed, sample['phase.pause']('research'))).toBe('research.paused');
    expect(
      accepted(apply(claimed, sample['phase.pause']('research')), sample['phase.resume']('research')),
    ).toBe('research.active');
    expect(accepted(claimed, sample['episode.cancelled']('research'))).toBe('failed');
    expect(accepted(claimed, fail('research'))).toBe('failed');
  });

  test('given the holder itself, when it moves the episode, then its claim lets it, even after the claim has run out', () => {
    expect(accepted(claimed, { ...finish('research', minute(30)), claim: 1 })).toBe('script.pending');
    expect(accepted(claimed, finish('research', minute(30)))).toBe('script.pending');
  });

  test('given an open operation, when the phase is paused, then its cost lands while it is paused', () => {
    const paused = apply(withOpen, sample['phase.pause']('research'));
    expect(apply(paused, settle('k', '0.40')).context).toMatchObject({
      operations: {},
      paid: { k: 400_000 },
      money: { spent: 400_000, reserved: 0 },
    });
    expect(refusalOf(paused, reserve('research', '0.10', 'x'))?.code).toBe('wrong_state');
  });

  test('given a held operation of a later phase, when an earlier one completes, then it waits for its phase', () => {
    const late = apply(
      episodeIn('script.active'),
      reserve('script', '0.50'),
      fail('script'),
      begin(),
      sample['recovery.resume']('research'),
      start('research', minute(10)),
    );
    const done = apply(late, finish('research', minute(11)), start('script', minute(12)));
    expect(done.context.operations['k']).toMatchObject({ state: 'held', phase: 'script' });
    expect(refusalOf(done, finish('script', minute(13)))?.code).toBe('operations_open');
    expect(
      stateName(
        apply(
          done,
          { type: 'operation.retry', at: minute(13), key: 'k' },
          settle('k', '0.50'),
          finish('script', minute(14)),
        ),
      ),
    ).toBe('audio.pending');
  });

  test('given a held operation of an earlier phase, when a later one completes, then it is refused', () => {
    const left = withContext(episodeIn('audio.active'), {
      operations: {
        old: {
          operation: 'q',
          phase: 'script',
          amount: usd(1),
          at: minute(1),
          day: '2025-09-03',
          state: 'held',
          claim: null,
        },
      },
    });
    expect(refusalOf(left, finish('audio'))?.code).toBe('operations_open');
  });

  test('given a worker that was aborted, when its phase has failed as cancelled, then it can be recovered', () => {
    const aborted = apply(active, {
      type: 'phase.failed',
      at: minute(3),
      phase: 'research',
      code: 'cancelled',
      message: 'aborted',
    });
    expect(aborted.context.failure).toMatchObject({ code: 'cancelled', retryable: true });
    expect(accepted(aborted, begin())).toBe('recovery');
  });

  test('given two hundred checkpoints, when a phase completes under a name that is there, then it may', () => {
    expect(
      accepted(
        withContext(active, {
          checkpoints: { ...full, research_complete: { ...saved('x'), phase: 'research', at: minute(1) } },
        }),
        finish('research'),
      ),
    ).toBe('script.pending');
  });

  test('given a budget of nothing, when nothing is spent, then free work goes through', () => {
    const free = newEpisode({ budgets: { research: 0, script: 0, audio: 0, total: 0 } });
    expect(accepted(apply(free, start('research'), reserve('research', 0)), settle('k', 0))).toBe(
      'research.active',
    );
    expect(refusalOf(apply(free, start('research')), reserve('research', '0.000001'))?.code).toBe(
      'budget_exhausted',
    );
    expect(accepted(apply(free, start('research')), cost('research', '0.000001'))).toBe('failed');
  });

  test('given exactly what is left, when it is reserved, then the total, the phase and the day are met exactly', () => {
    expect(accepted(apply(newEpisode(hard), start('research')), reserve('research', 2))).toBe(
      'research.active',
    );
    expect(accepted(active, reserve('research', 7))).toBe('research.active');
    expect(
      accepted(active, reserve('research', '0.10', 'k', { spent: usd(40), reserved: usd('9.90') })),
    ).toBe('research.active');
  });

  test('given another day than the operation was reserved on, when its settling tells of it, then that day does not stop the episode', () => {
    expect(accepted(withOpen, settle('k', '0.60', { date: '2025-09-04', spent: usd(50) }))).toBe(
      'research.active',
    );
  });

  test('given a day that is used up, when the recovery is for another reason, then it begins', () => {
    expect(accepted(failed, begin(dayOfMoney({ spent: usd(50) })))).toBe('recovery');
  });

  test('given a passed budget, when it is raised above what is spent, then the episode is recoverable', () => {
    expect(accepted(apply(active, cost('research', '7.50'), raise('total')), begin())).toBe('recovery');
    expect(
      accepted(
        apply(newEpisode(hard), start('research'), cost('research', '2.50'), raise('research')),
        begin(),
      ),
    ).toBe('recovery');
  });
});
