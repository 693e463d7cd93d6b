import {
  currentPhase,
  episodeEventTypes,
  parseUsd,
  persist,
  phaseAfter,
  phaseNames,
  rehydrate,
  stateName,
  type DayMoney,
  type EpisodeContext,
  type EpisodeEvent,
  type EpisodeEventType,
  type EpisodeSnapshot,
  type EventOf,
  type Operation,
  type PhaseName,
  type Phases,
  type SavedCheckpoint,
  type Usd,
} from '../../machines/index.js';
import { apply, newEpisode } from './story.js';

/** The words that these tests are written in: times, amounts, one well-formed event of each type, and an episode in each state. */

/** A minute of the seed's day. */
export function minute(count: number): string {
  return new Date(Date.UTC(2025, 8, 3, 15, count)).toISOString();
}

export const usd = parseUsd;

export function dayOfMoney(change: Partial<DayMoney> = {}): DayMoney {
  return { date: '2025-09-03', spent: usd(0), reserved: usd(0), cap: usd(50), ...change };
}

export function saved(name: string, phase: PhaseName = 'research'): SavedCheckpoint {
  return { name, sha256: 'a'.repeat(64), bytes: 2, next: phaseAfter(phase), file: null, payload: {} };
}

export const start = (phase: PhaseName, at = minute(1)): EpisodeEvent => ({ type: 'phase.start', at, phase });
export const finish = (phase: PhaseName, at = minute(2)): EpisodeEvent => ({
  type: 'phase.complete',
  at,
  phase,
  checkpoint: saved(`${phase}_complete`, phase),
});
export const fail = (phase: PhaseName, at = minute(3)): EpisodeEvent => ({
  type: 'phase.failed',
  at,
  phase,
  code: 'timeout',
  message: 'it took too long',
});
export const cost = (
  phase: PhaseName,
  amount: number | string,
  day: Partial<DayMoney> = {},
): EpisodeEvent => ({
  type: 'cost.recorded',
  at: minute(4),
  phase,
  operation: 'q',
  cost: usd(amount),
  day: dayOfMoney(day),
});
export const reserve = (
  phase: PhaseName,
  amount: number | string,
  key = 'k',
  day: Partial<DayMoney> = {},
): EventOf<'cost.reserve'> => ({
  type: 'cost.reserve',
  at: minute(4),
  phase,
  operation: 'q',
  key,
  amount: usd(amount),
  day: dayOfMoney(day),
});
export const settle = (key: string, amount: number | string, day: Partial<DayMoney> = {}): EpisodeEvent => ({
  type: 'operation.settled',
  at: minute(5),
  key,
  cost: usd(amount),
  estimated: false,
  day: dayOfMoney(day),
});
export const claim = (at = minute(0), until = minute(10), holder = 'host 1'): EpisodeEvent => ({
  type: 'lease.claim',
  at,
  until,
  holder,
});

/** Phases of which the first `done` are complete. */
export function phasesDone(done: number): Phases {
  const { phases } = newEpisode().context;
  const entries = phaseNames.map((name, index) => [
    name,
    index < done
      ? {
          ...phases[name],
          status: 'complete',
          startedAt: minute(1),
          endedAt: minute(2),
          checkpoint: `${name}_complete`,
        }
      : phases[name],
  ]);
  return Object.fromEntries(entries) as Phases;
}

/** One well-formed event of each type, as someone would send it who works on `phase`. */
export const sample: { [Type in EpisodeEventType]: (phase: PhaseName) => EventOf<Type> } = {
  'episode.forked': () => ({
    type: 'episode.forked',
    at: minute(9),
    phases: phasesDone(1),
    resume: 'script',
    quality: {},
    checkpoints: {},
  }),
  'phase.start': (phase) => ({ type: 'phase.start', at: minute(9), phase }),
  'phase.complete': (phase) => ({
    type: 'phase.complete',
    at: minute(9),
    phase,
    checkpoint: saved(`${phase}_complete`, phase),
  }),
  'phase.skip': (phase) => ({ type: 'phase.skip', at: minute(9), phase, reason: 'not needed' }),
  'phase.fulfill': (phase) => ({
    type: 'phase.fulfill',
    at: minute(9),
    phase,
    reason: 'imported',
    checkpoint: saved(`${phase}_complete`, phase),
  }),
  'phase.pause': (phase) => ({ type: 'phase.pause', at: minute(9), phase }),
  'phase.resume': (phase) => ({ type: 'phase.resume', at: minute(9), phase }),
  'phase.failed': (phase) => ({
    type: 'phase.failed',
    at: minute(9),
    phase,
    code: 'timeout',
    message: 'it took too long',
  }),
  'review.approve': (phase) => ({ type: 'review.approve', at: minute(9), phase }),
  'review.reject': (phase) => ({ type: 'review.reject', at: minute(9), phase, reason: 'too shallow' }),
  'cost.reserve': (phase) => ({
    type: 'cost.reserve',
    at: minute(9),
    phase,
    operation: 'q',
    key: 'new',
    amount: usd('0.10'),
    day: dayOfMoney(),
  }),
  'cost.recorded': (phase) => ({
    type: 'cost.recorded',
    at: minute(9),
    phase,
    operation: 'q',
    cost: usd('0.10'),
    day: dayOfMoney(),
  }),
  'cost.corrected': (phase) => ({
    type: 'cost.corrected',
    at: minute(9),
    by: 'ann',
    phase,
    operation: 'q',
    key: 'known',
    was: usd('0.10'),
    cost: usd('0.12'),
    reason: 'the invoice says so',
    day: dayOfMoney(),
  }),
  'operation.settled': () => ({
    type: 'operation.settled',
    at: minute(9),
    key: 'known',
    cost: usd('0.10'),
    estimated: false,
    day: dayOfMoney(),
  }),
  'result.recorded': () => ({
    type: 'result.recorded',
    at: minute(9),
    key: 'known',
    result: { json: '{"found":1}' },
  }),
  'operation.released': () => ({
    type: 'operation.released',
    at: minute(9),
    key: 'known',
    day: dayOfMoney(),
  }),
  'operation.held': () => ({ type: 'operation.held', at: minute(9), key: 'known' }),
  'operation.retry': () => ({ type: 'operation.retry', at: minute(9), key: 'known' }),
  'checkpoint.save': (phase) => ({
    type: 'checkpoint.save',
    at: minute(9),
    phase,
    checkpoint: saved('by_hand', phase),
  }),
  'checkpoint.restore': () => ({
    type: 'checkpoint.restore',
    at: minute(9),
    name: 'kept',
    sha256: 'a'.repeat(64),
    resume: 'research',
    phases: phasesDone(0),
    quality: {},
  }),
  'artifact.edited': (phase) => ({
    type: 'artifact.edited',
    at: minute(9),
    phase,
    path: `${phase}/draft.md`,
    before: 'a'.repeat(64),
    after: 'b'.repeat(64),
    checkpoint: saved(`${phase}_complete`, phase),
  }),
  'episode.scheduled': () => ({ type: 'episode.scheduled', at: minute(9), dueBy: minute(90) }),
  'crew.chosen': () => ({
    type: 'crew.chosen',
    at: minute(9),
    name: 'bees',
    version: '2.0',
    options: '{"minutes":3}',
    withheld: ['apiKey'],
  }),
  'phase.sleep': (phase) => ({
    type: 'phase.sleep',
    at: minute(9),
    phase,
    key: 'embargo',
    until: minute(90),
  }),
  'quality.recorded': () => ({ type: 'quality.recorded', at: minute(9), name: 'depth', value: 0.9 }),
  'budget.raise': () => ({
    type: 'budget.raise',
    at: minute(9),
    scope: 'total',
    amount: usd(1),
    by: 'ann',
    reason: 'worth it',
  }),
  'budget.set': () => ({
    type: 'budget.set',
    at: minute(9),
    scope: 'total',
    amount: usd(9),
    by: 'ann',
    reason: 'worth it',
  }),
  'rules.changed': () => ({
    type: 'rules.changed',
    at: minute(9),
    rules: { warnAtPercent: 50, hardPhaseBudgets: false, approvals: [], maxRecoveries: 5, quality: {} },
  }),
  'recovery.begin': () => ({ type: 'recovery.begin', at: minute(9), day: dayOfMoney() }),
  'recovery.resume': (phase) => ({ type: 'recovery.resume', at: minute(9), phase }),
  'lease.claim': () => ({ type: 'lease.claim', at: minute(9), holder: 'host 2', until: minute(19) }),
  'lease.renew': () => ({ type: 'lease.renew', at: minute(9), claim: 1, until: minute(19) }),
  'lease.release': () => ({ type: 'lease.release', at: minute(9), claim: 1 }),
  'notice.begin': () => ({
    type: 'notice.begin',
    at: minute(9),
    wait: 'approval:script:1.1',
    until: minute(10),
    over: [],
  }),
  'notice.given': () => ({ type: 'notice.given', at: minute(9), wait: 'approval:script:1.1' }),
  'notice.failed': () => ({
    type: 'notice.failed',
    at: minute(9),
    wait: 'approval:script:1.1',
    message: 'it exited with 1',
    retryAt: minute(10),
  }),
  'notice.remind': () => ({
    type: 'notice.remind',
    at: minute(9),
    wait: 'approval:script:1.1',
    reason: 'nobody has answered for a day',
  }),
  'episode.cancelled': () => ({ type: 'episode.cancelled', at: minute(9), reason: 'out of date' }),
  'episode.archive': () => ({ type: 'episode.archive', at: minute(9) }),
  'episode.unarchive': () => ({ type: 'episode.unarchive', at: minute(9) }),
};

export const allStates = [
  'initialized',
  'research.pending',
  'research.active',
  'research.paused',
  'research.review',
  'script.pending',
  'script.active',
  'script.paused',
  'script.review',
  'audio.pending',
  'audio.active',
  'audio.paused',
  'audio.review',
  'complete',
  'failed',
  'recovery',
  'archived',
] as const;
export type StateName = (typeof allStates)[number];

/** An episode in the given state, by the shortest way there. */
export function episodeIn(state: StateName): EpisodeSnapshot {
  const fresh = newEpisode({
    approvals: state.endsWith('.review') ? [state.split('.')[0] as PhaseName] : [],
  });
  const failed = [start('research'), fail('research')];
  const whole = phaseNames.flatMap((phase) => [start(phase), finish(phase)]);
  const ways: Partial<Record<StateName, EpisodeEvent[]>> = {
    initialized: [],
    complete: whole,
    failed,
    recovery: [...failed, sample['recovery.begin']('research')],
    archived: [...failed, sample['episode.archive']('research')],
  };
  const way = ways[state] ?? wayInto(state);
  const reached = apply(fresh, ...way);
  if (stateName(reached) !== state) throw new Error(`the way to ${state} leads to ${stateName(reached)}`);
  return reached;
}

function wayInto(state: StateName): EpisodeEvent[] {
  const [phase, inner] = state.split('.') as [PhaseName, string];
  const earlier = phaseNames
    .slice(0, phaseNames.indexOf(phase))
    .flatMap((name) => [start(name), finish(name)]);
  // Before anything has begun the episode is `initialized`; research waits only after a failure.
  if (state === 'research.pending')
    return [start(phase), fail(phase), sample['recovery.begin'](phase), sample['recovery.resume'](phase)];
  const last: Record<string, EpisodeEvent[]> = {
    pending: [],
    active: [start(phase)],
    paused: [start(phase), sample['phase.pause'](phase)],
    review: [start(phase), finish(phase)],
  };
  return [...earlier, ...(last[inner] ?? [])];
}

/** The phase that someone would name who works on this episode. */
export function phaseAt({ context }: EpisodeSnapshot): PhaseName {
  return currentPhase(context) ?? 'audio';
}

/** The same state with another context, as if it had come so. */
export function withContext(snapshot: EpisodeSnapshot, change: Partial<EpisodeContext>): EpisodeSnapshot {
  return rehydrate({ ...persist(snapshot), context: { ...snapshot.context, ...change } });
}

/** The same episode with an operation `known` of 0.25 in its present phase. */
export function withOperation(snapshot: EpisodeSnapshot, state: Operation['state']): EpisodeSnapshot {
  const phase = phaseAt(snapshot);
  const amount = usd('0.25');
  const { phases, money } = snapshot.context;
  return withContext(snapshot, {
    operations: {
      known: { operation: 'q', phase, amount, at: minute(4), day: '2025-09-03', state, claim: null },
    },
    phases: { ...phases, [phase]: { ...phases[phase], reserved: amount } },
    money: { ...money, reserved: amount },
  });
}

/** The same episode that has paid for an operation `known` in its present phase. */
function withPaid(snapshot: EpisodeSnapshot, spent: Usd): EpisodeSnapshot {
  const phase = phaseAt(snapshot);
  const { phases, money } = snapshot.context;
  return withContext(snapshot, {
    paid: { known: spent },
    phases: { ...phases, [phase]: { ...phases[phase], spent } },
    money: { ...money, spent },
  });
}

/** An episode in a state with whatever makes the event plausible: an operation, a claim, a checkpoint, an origin. */
export function plausible(state: StateName, type: EpisodeEventType): EpisodeSnapshot {
  const snapshot = episodeIn(state);
  if (type === 'operation.retry') return withOperation(snapshot, 'held');
  if (type === 'result.recorded') return withContext(snapshot, { paid: { known: usd('0.10') } });
  if (type === 'cost.corrected') return withPaid(snapshot, usd('0.10'));
  if (type.startsWith('operation.')) return withOperation(snapshot, 'open');
  if (type === 'lease.renew' || type === 'lease.release')
    return withContext(snapshot, { claim: { number: 1, by: 'host 1', until: minute(99) }, claims: 1 });
  if (type === 'notice.given' || type === 'notice.failed')
    return withContext(snapshot, {
      notices: {
        'approval:script:1.1': {
          reminders: 0,
          remindedAt: null,
          given: 0,
          givenAt: null,
          failures: 0,
          notBefore: null,
          underWay: { number: 1, until: minute(99) },
        },
      },
    });
  if (type === 'episode.forked') return withContext(snapshot, { forkedFrom: 'ep_001_20250902_093015' });
  if (type !== 'checkpoint.restore') return snapshot;
  const { payload: _payload, name: _name, ...ref } = saved('kept');
  return withContext(snapshot, { checkpoints: { kept: { ...ref, phase: 'research', at: minute(4) } } });
}

export function eventFor(snapshot: EpisodeSnapshot, type: EpisodeEventType): EpisodeEvent {
  return sample[type](phaseAt(snapshot));
}

export const allEvents = episodeEventTypes;
