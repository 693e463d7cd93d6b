import { describe, expect, test } from 'vitest';
import {
  announce,
  currentPhase,
  decide,
  episodeStatus,
  isFinished,
  phaseAfter,
  phaseNames,
  phaseStatus,
  possibleEvents,
  rehydrate,
  persist,
  stateName,
  unfinishedPhases,
  type Announcement,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PersistedEpisode,
} from '../../machines/index.js';
import { apply, created, newEpisode } from './story.js';
import {
  claim,
  cost,
  episodeIn,
  fail,
  finish,
  minute,
  phasesDone,
  plausible,
  sample,
  saved,
  start,
  usd,
  withContext,
} from './words.js';

const told = (given: EpisodeSnapshot, when: EpisodeEvent): Announcement[] => {
  const decision = decide(given, when);
  return decision.accepted ? announce(given, when, decision.snapshot) : [];
};
const phaseOf = ({ context }: EpisodeSnapshot, phase: 'research' | 'script' | 'audio') =>
  context.phases[phase];

describe('the story of an episode', () => {
  test('given nothing, when an episode is created, then it waits, owns its budgets and is announced', () => {
    const event = { ...created(), inherited: usd(2), forkedFrom: 'ep_001_20250902_093015' };
    const decision = decide(undefined, event);
    expect(decision.accepted && announce(undefined, event, decision.snapshot)).toEqual([
      { type: 'created', sessionId: 'ep_001_20250903_143022', at: '2025-09-03T14:30:22.000Z' },
    ]);
    expect(decision.accepted && decision.snapshot.context).toMatchObject({
      money: { spent: 0, reserved: 0, inherited: 2_000_000 },
      forkedFrom: 'ep_001_20250902_093015',
      createdAt: '2025-09-03T14:30:22.000Z',
      claim: null,
      failure: null,
      paid: {},
      checkpoints: {},
    });
  });

  test('given the seed’s path, when each phase starts and completes, then the next one is pending, and audio ends it', () => {
    const steps = phaseNames.flatMap((phase) => [start(phase), finish(phase)]);
    let snapshot = newEpisode();
    const states = steps.map((step) => {
      snapshot = apply(snapshot, step);
      return [
        stateName(snapshot),
        episodeStatus(snapshot),
        currentPhase(snapshot.context),
        unfinishedPhases(snapshot.context).length,
      ];
    });
    expect(states).toEqual([
      ['research.active', 'research', 'research', 3],
      ['script.pending', 'script', 'script', 2],
      ['script.active', 'script', 'script', 2],
      ['audio.pending', 'audio', 'audio', 1],
      ['audio.active', 'audio', 'audio', 1],
      ['complete', 'complete', null, 0],
    ]);
    expect(phaseOf(snapshot, 'audio')).toMatchObject({
      status: 'complete',
      startedAt: minute(1),
      endedAt: minute(2),
      checkpoint: 'audio_complete',
      attempt: 1,
      reason: null,
    });
    expect(snapshot.context.checkpoints['audio_complete']).toEqual({
      phase: 'audio',
      at: minute(2),
      sha256: 'a'.repeat(64),
      bytes: 2,
      next: null,
      file: null,
    });
    expect(snapshot.context.updatedAt).toBe(minute(2));
    expect(phaseStatus(snapshot.context, 'script')).toBe('complete');
    expect([
      phaseAfter('research'),
      phaseAfter('audio'),
      isFinished('skipped'),
      isFinished('failed'),
    ]).toEqual(['script', null, true, false]);
  });

  test('given a step, then it is announced as a transition, with what it means', () => {
    const at = { sessionId: 'ep_001_20250903_143022' };
    expect(told(episodeIn('audio.active'), finish('audio'))).toEqual([
      {
        ...at,
        at: minute(2),
        type: 'transition',
        event: 'phase.complete',
        from: 'audio.active',
        to: 'complete',
        status: 'complete',
      },
      { ...at, at: minute(2), type: 'checkpoint', name: 'audio_complete', phase: 'audio' },
      { ...at, at: minute(2), type: 'completed', spent: 0 },
    ]);
    expect(told(episodeIn('failed'), sample['episode.archive']('research')).map(({ type }) => type)).toEqual([
      'transition',
      'archived',
    ]);
    expect(told(episodeIn('recovery'), sample['recovery.resume']('research'))).toContainEqual({
      ...at,
      at: minute(9),
      type: 'recovered',
      phase: 'research',
    });
    expect(told(episodeIn('script.active'), fail('script'))).toContainEqual(
      expect.objectContaining({
        type: 'failed',
        failure: {
          code: 'timeout',
          phase: 'script',
          message: 'it took too long',
          retryable: true,
          attempt: 1,
          at: minute(3),
        },
      }),
    );
    expect(told(episodeIn('script.active'), sample['checkpoint.save']('script'))).toEqual([
      { ...at, at: minute(9), type: 'checkpoint', name: 'by_hand', phase: 'script' },
    ]);
    expect(told(episodeIn('script.active'), claim())).toEqual([]);
    expect(
      told(plausible('initialized', 'episode.forked'), sample['episode.forked']('research')).map(
        ({ type }) => type,
      ),
    ).toEqual(['transition']);
    expect(told(episodeIn('research.active'), cost('research', '0.25'))).toEqual([
      { ...at, at: minute(4), type: 'cost', phase: 'research', spent: 250_000, reserved: 0 },
    ]);
    expect(told(episodeIn('research.active'), cost('research', 0))).toEqual([]);
  });

  test('given a failed episode, when it is cancelled, then the new failure is announced, and the note says why', () => {
    const cancelled = apply(episodeIn('failed'), sample['episode.cancelled']('research'));
    expect(cancelled.context).toMatchObject({
      note: 'out of date',
      failure: { code: 'cancelled', phase: null, message: 'out of date', retryable: false, at: minute(9) },
    });
    expect(
      told(episodeIn('failed'), sample['episode.cancelled']('research')).map(({ type }) => type),
    ).toEqual(['failed']);
    expect(apply(episodeIn('script.paused'), sample['episode.cancelled']('script')).context).toMatchObject({
      failure: { phase: 'script', attempt: 1 },
      phases: { script: { status: 'failed', endedAt: minute(9) } },
    });
    expect(apply(episodeIn('script.pending'), sample['episode.cancelled']('script')).context).toMatchObject({
      failure: { phase: null, attempt: 0 },
      phases: { script: { status: 'pending', endedAt: null } },
    });
  });

  test('given nothing has begun, when research fails, then it failed without an attempt, and can be recovered', () => {
    const failed = apply(newEpisode(), fail('research'));
    expect(phaseOf(failed, 'research')).toMatchObject({
      status: 'failed',
      attempt: 0,
      startedAt: null,
      endedAt: minute(3),
    });
    expect(failed.context.failure).toMatchObject({ phase: 'research', attempt: 0 });
    expect(
      phaseOf(
        apply(failed, sample['recovery.begin']('research'), sample['recovery.resume']('research')),
        'research',
      ),
    ).toMatchObject({ status: 'pending', endedAt: null });
  });

  test('given approval is asked for, when the work is rejected, then it is active again as a new attempt; when approved, it is done', () => {
    const review = episodeIn('script.review');
    expect(phaseOf(review, 'script')).toMatchObject({
      status: 'active',
      checkpoint: 'script_complete',
      endedAt: null,
    });
    const rejected = apply(review, sample['review.reject']('script'));
    expect(phaseOf(rejected, 'script')).toMatchObject({
      status: 'active',
      checkpoint: null,
      attempt: 2,
      reason: 'too shallow',
    });
    expect(Object.keys(rejected.context.checkpoints)).toContain('script_complete');
    const again = apply(rejected, finish('script', minute(11)));
    expect(phaseOf(again, 'script')).toMatchObject({
      checkpoint: 'script_complete',
      attempt: 2,
      reason: null,
    });
    expect(
      phaseOf(apply(again, { type: 'review.approve', at: minute(12), phase: 'script' }), 'script'),
    ).toMatchObject({ status: 'complete', endedAt: minute(12), checkpoint: 'script_complete', reason: null });
    const free = withContext(rejected, { rules: { ...rejected.context.rules, approvals: [] } });
    expect(phaseOf(apply(free, finish('script', minute(11))), 'script')).toMatchObject({
      status: 'complete',
      reason: null,
    });
  });

  test('given a phase is skipped or fulfilled, then the reason stays on record', () => {
    expect(phaseOf(apply(newEpisode(), sample['phase.skip']('research')), 'research')).toMatchObject({
      status: 'skipped',
      reason: 'not needed',
      endedAt: minute(9),
      startedAt: null,
      checkpoint: null,
    });
    expect(phaseOf(apply(newEpisode(), sample['phase.fulfill']('research')), 'research')).toMatchObject({
      status: 'complete',
      reason: 'imported',
      startedAt: minute(9),
      endedAt: minute(9),
      checkpoint: 'research_complete',
    });
    expect(
      phaseOf(apply(episodeIn('research.paused'), sample['phase.fulfill']('research')), 'research'),
    ).toMatchObject({ startedAt: minute(1), endedAt: minute(9) });
  });

  test('given script failed, when it is recovered, then research stays done; when from research on, then all is to be done again', () => {
    const failed = apply(
      episodeIn('script.active'),
      { type: 'quality.recorded', at: minute(2), name: 'depth', value: 0.9 },
      fail('script'),
      sample['recovery.begin']('script'),
    );
    expect(failed.context).toMatchObject({ recoveries: 1, failure: { code: 'timeout' } });
    const goesOn = apply(failed, sample['recovery.resume']('script'));
    expect(goesOn.context).toMatchObject({
      failure: null,
      quality: { depth: 0.9 },
      phases: {
        research: { status: 'complete', checkpoint: 'research_complete' },
        script: { status: 'pending', attempt: 1, startedAt: null, endedAt: null },
      },
    });
    const again = apply(failed, sample['recovery.resume']('research'));
    expect(stateName(again)).toBe('research.pending');
    expect(again.context.phases).toMatchObject({
      research: { status: 'pending', checkpoint: null, attempt: 1 },
      script: { status: 'pending' },
    });
    expect(phaseOf(apply(goesOn, start('script', minute(10))), 'script')).toMatchObject({
      status: 'active',
      attempt: 2,
      startedAt: minute(10),
    });
  });

  test('given a score decides whether script may complete, when script is to be done again, then that score is gone and others stay', () => {
    const scored = apply(
      newEpisode({ quality: { script: { depth: 0.5 } } }),
      start('research'),
      finish('research'),
      start('script'),
      { type: 'quality.recorded', at: minute(2), name: 'depth', value: 0.9 },
      { type: 'quality.recorded', at: minute(2), name: 'brand', value: 0.8 },
    );
    const again = apply(
      scored,
      fail('script'),
      sample['recovery.begin']('script'),
      sample['recovery.resume']('script'),
      start('script', minute(10)),
    );
    expect(again.context.quality).toEqual({ brand: 0.8 });
    expect(decide(again, finish('script'))).toMatchObject({
      accepted: false,
      refusal: { code: 'quality_rejected' },
    });
  });

  test('given a fork, then it takes over finished phases, scores and checkpoints, and no money', () => {
    const { phase: _phase, ...kept } = { ...saved('x'), phase: 'research' as const };
    const { payload: _payload, name: _name, ...ref } = kept;
    const checkpoints = { research_complete: { ...ref, phase: 'research' as const, at: minute(1) } };
    const spent = {
      ...phasesDone(2),
      research: { ...phasesDone(2).research, spent: usd(1), warned: true, attempt: 4 },
    };
    const forked = apply(plausible('initialized', 'episode.forked'), {
      ...sample['episode.forked']('research'),
      phases: spent,
      resume: 'script',
      quality: { depth: 0.7 },
      checkpoints,
    });
    expect(forked.context).toMatchObject({
      quality: { depth: 0.7 },
      checkpoints,
      money: { spent: 0 },
      phases: {
        research: {
          status: 'complete',
          spent: 0,
          warned: false,
          attempt: 0,
          checkpoint: 'research_complete',
        },
        script: { status: 'pending', checkpoint: null, endedAt: null },
      },
    });
    for (const [resume, done] of [
      ['research', 0],
      ['audio', 2],
    ] as const) {
      const at = apply(plausible('initialized', 'episode.forked'), {
        ...sample['episode.forked']('research'),
        phases: phasesDone(done),
        resume,
      });
      expect([stateName(at), currentPhase(at.context)]).toEqual([`${resume}.pending`, resume]);
    }
  });

  test.each([
    ['research', 0],
    ['script', 1],
    ['audio', 2],
  ] as const)(
    'given a checkpoint before %s, when it is restored, then the episode waits there',
    (resume, done) => {
      const restored = apply(plausible('audio.active', 'checkpoint.restore'), {
        ...sample['checkpoint.restore']('audio'),
        resume,
        phases: phasesDone(done),
      });
      expect([stateName(restored), currentPhase(restored.context)]).toEqual([`${resume}.pending`, resume]);
    },
  );

  test('given scores, then the latest counts, and JSON cannot change it', () => {
    const record = (value: number): EpisodeEvent => ({
      type: 'quality.recorded',
      at: minute(2),
      name: 'depth',
      value,
    });
    expect(apply(newEpisode(), record(0.5), record(0.9)).context.quality).toEqual({ depth: 0.9 });
    expect(Object.is(apply(newEpisode(), record(-0)).context.quality['depth'], 0)).toBe(true);
    const graded = apply(
      newEpisode({ quality: { research: { depth: 0.8 } } }),
      start('research'),
      record(0.8),
    );
    expect(stateName(apply(graded, finish('research')))).toBe('script.pending');
  });

  test('given claims, when they are renewed, released or archived, then who works is known', () => {
    const claimed = apply(episodeIn('failed'), claim());
    expect(claimed.context).toMatchObject({
      claims: 1,
      claim: { number: 1, by: 'host 1', until: minute(10) },
    });
    expect(
      apply(claimed, { type: 'lease.renew', at: minute(5), claim: 1, until: minute(30) }).context.claim,
    ).toEqual({ number: 1, by: 'host 1', until: minute(30) });
    expect(apply(claimed, { type: 'lease.release', at: minute(5) }).context).toMatchObject({
      claim: null,
      claims: 1,
    });
    const archived = apply(claimed, {
      type: 'episode.archive',
      at: minute(5),
      claim: 1,
      reason: 'done with it',
    });
    expect(archived.context).toMatchObject({ claim: null, note: 'done with it' });
    expect(
      apply(
        apply(episodeIn('failed'), sample['episode.cancelled']('research')),
        sample['episode.archive']('research'),
      ).context.note,
    ).toBe('out of date');
  });

  test('given an archived episode, then only money, claims and bringing it back are possible', () => {
    expect(possibleEvents(episodeIn('archived'))).toEqual([
      'cost.recorded',
      'cost.corrected',
      'operation.settled',
      'operation.released',
      'operation.held',
      'lease.renew',
      'lease.release',
      'episode.unarchive',
    ]);
  });

  test('given a value that is no state, when it is rehydrated, then this machine is not the one', () => {
    const persisted = persist(newEpisode());
    expect(() =>
      rehydrate({ ...persisted, value: { research: 'nowhere' } } as unknown as PersistedEpisode),
    ).toThrow(expect.objectContaining({ code: 'machine_broken' }));
  });

  test('given no change of state, then nothing is announced beyond the event’s own words', () => {
    const before = episodeIn('script.active');
    expect(announce(before, sample['phase.pause']('script'), before)).toEqual([]);
  });
});
