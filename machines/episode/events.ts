import * as z from 'zod';
import { ProductionError } from '../errors.js';
import { FailureCode } from '../failure.js';
import { PhaseName } from '../phases.js';
import { isSessionId } from '../ids.js';
import {
  Amount,
  Budgets,
  CalendarDay,
  CheckpointRef,
  CrewChoice,
  FolderName,
  Instant,
  LowerName,
  Micros,
  OperationKey,
  OwnRules,
  Phases,
  ProcessIdentity,
  Question,
  Rules,
  SessionFile,
  Sha256,
  Shortage,
  WaitId,
} from './context.js';
import { isAnswered } from './forms.js';
import { invalidInput } from './invalid-input.js';
import { Actor, Reason, Topic } from './texts.js';

/** What the day's ledger held for all episodes when the event was decided; `date` is the day that the money belongs to. */
export const DayMoney = z.object({ date: CalendarDay, spent: Micros, reserved: Micros, cap: Micros });
export type DayMoney = z.infer<typeof DayMoney>;

/** A checkpoint as an event saves it: its reference, and the payload itself where it is small. */
export const SavedCheckpoint = CheckpointRef.omit({ at: true, phase: true }).extend({
  name: LowerName,
  payload: z.unknown().optional(),
});
export type SavedCheckpoint = z.infer<typeof SavedCheckpoint>;

/** Fields of every event: when, by which claim, and by whom. */
const base = { at: Instant, claim: z.int().positive().optional(), by: Actor.optional() };

function event<const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.strictObject({ type: z.literal(type), ...base, ...shape });
}

/** A change of a budget or of the day's cap: somebody answers for it. */
function budgetEvent<const Type extends string>(type: Type, what: string) {
  return event(type, {
    scope: z.enum(['research', 'script', 'audio', 'total', 'day']),
    amount: Amount,
    reason: Reason,
    day: DayMoney.optional(),
  }).refine(isAnswered, {
    path: ['by'],
    error: `is missing: ${what} has a name and a reason`,
  });
}

const SessionIdText = z
  .string()
  .refine(isSessionId, 'is not a session id such as ep_001_20250903_143022') as unknown as z.ZodType<string>;

/** The first event of each session; it builds the initial snapshot. */
export const EpisodeCreated = event('episode.created', {
  sessionId: SessionIdText,
  episodeNumber: z.int().min(1).max(9_999_999),
  topic: Topic,
  budgets: Budgets,
  rules: Rules,
  /** Rules of its own, which no change of the policy touches. */
  own: OwnRules.optional(),
  forkedFrom: SessionIdText.optional(),
  inherited: Micros.optional(),
  key: OperationKey.optional(),
  /** When it was imported, where it was: the times of its events are older. */
  importedAt: Instant.optional(),
  startAt: Instant.optional(),
  dueBy: Instant.optional(),
});
export type EpisodeCreated = z.infer<typeof EpisodeCreated>;

const phase = PhaseName;

/** How often an operation has been called in vain, and what policy says to that. Without it the chart counts by itself, as version 1 did. */
const Tries = z.object({
  attempts: z.int().nonnegative(),
  waitedMs: z.int().nonnegative(),
  final: z.boolean(),
});

/** An operation's result as JSON text, or where it lies. */
const KeptResult = z.union([
  z.object({ json: z.string() }),
  z.object({ file: SessionFile, sha256: Sha256, bytes: z.int().nonnegative() }),
]);

/** The beginning of an operation's input, as text, with the SHA-256 and the size of the whole, in bytes. Both are of what is left when secrets are taken out. */
export const CallInput = z.object({
  text: z.string().max(2048),
  sha256: Sha256,
  bytes: z.int().nonnegative(),
});
export type CallInput = z.infer<typeof CallInput>;

/** Everything that can happen to an episode after its creation. Intents may be refused; facts (past tense) land wherever they can mean something. */
export const EpisodeEvent = z.discriminatedUnion('type', [
  event('episode.forked', {
    phases: Phases,
    resume: phase,
    quality: z.record(z.string(), z.number()),
    checkpoints: z.record(z.string(), CheckpointRef),
    /** What its source has paid for in the phase to resume: the fork uses it, and pays nothing for it. */
    paid: z
      .array(
        z.object({
          key: OperationKey,
          operation: LowerName,
          amount: Amount,
          result: KeptResult.optional(),
        }),
      )
      .optional(),
  }),
  /** When it may be begun and should be done; null takes either away, and what is left out stays. */
  event('episode.scheduled', {
    startAt: Instant.nullable().optional(),
    dueBy: Instant.nullable().optional(),
    reason: Reason.optional(),
  }),
  /** Who makes it from now on, and with which options. */
  event('crew.chosen', CrewChoice.shape),
  /** `day`, where it is given, refuses to start on a day whose cap is used up. */
  event('phase.start', { phase, day: DayMoney.optional() }),
  event('phase.complete', { phase, checkpoint: SavedCheckpoint }),
  event('phase.skip', { phase, reason: Reason }),
  event('phase.fulfill', { phase, reason: Reason, checkpoint: SavedCheckpoint }),
  /** `missing`: the paid call whose result its worker asks for, and which a person has to give. */
  event('phase.pause', {
    phase,
    reason: Reason.optional(),
    missing: OperationKey.optional(),
    /** The money without which its worker does not begin. */
    short: z.array(Shortage).max(3).optional(),
  }),
  event('phase.resume', { phase }),
  /** The worker goes on when it is `until`; whoever comes then begins the phase's worker again, which finds that it has slept under this key. */
  event('phase.sleep', { phase, key: OperationKey, until: Instant }),
  event('phase.failed', { phase, code: FailureCode, message: z.string().max(2001) }),
  event('review.approve', { phase, reason: Reason.optional() }),
  event('review.reject', { phase, reason: Reason }),
  /** `question`: it costs nothing, and a person's answer is its result. */
  event('cost.reserve', {
    phase,
    operation: LowerName,
    key: OperationKey,
    amount: Amount,
    day: DayMoney,
    question: Question.optional(),
    /** What the call is made with, for people. */
    input: CallInput.optional(),
  }),
  event('cost.recorded', {
    phase,
    operation: LowerName,
    cost: Amount,
    key: OperationKey.optional(),
    /** Nobody said what it did cost: the whole reservation counts. */
    estimated: z.boolean().optional(),
    day: DayMoney,
  }),
  /**
   * What is booked under a key was wrong: from here on it is `cost`. Whoever says so answers for it, and both amounts stay in the books. `was` is what
   * they said before; phase, operation and day are those of the first booking.
   */
  event('cost.corrected', {
    phase,
    operation: LowerName,
    key: OperationKey,
    was: Micros,
    cost: Amount,
    reason: Reason,
    day: DayMoney,
  }).refine(isAnswered, {
    path: ['by'],
    error: 'is missing: a correction has a name and a reason',
  }),
  event('operation.settled', {
    key: OperationKey,
    cost: Amount,
    estimated: z.boolean(),
    result: KeptResult.optional(),
    day: DayMoney,
  }),
  /** The result of a call that was settled without one. */
  event('result.recorded', { key: OperationKey, result: KeptResult }),
  event('operation.released', {
    key: OperationKey,
    code: FailureCode.optional(),
    retryAt: Instant.optional(),
    tries: Tries.optional(),
    day: DayMoney,
  }),
  /** `tries`: it is to be made again by its rule, not before `retryAt`, or no more where they are final; the held call is none of them. */
  event('operation.held', {
    key: OperationKey,
    reason: Reason.optional(),
    code: FailureCode.optional(),
    tries: Tries.optional(),
    retryAt: Instant.optional(),
  }),
  event('operation.retry', { key: OperationKey, tries: Tries.optional() }),
  event('checkpoint.save', { phase, checkpoint: SavedCheckpoint }),
  event('checkpoint.restore', {
    name: LowerName,
    sha256: Sha256,
    resume: phase,
    phases: Phases,
    quality: z.record(z.string(), z.number()),
  }),
  /** A person has changed a file of a phase that waits for review or is done and not yet used; `checkpoint` has the new manifest. */
  event('artifact.edited', {
    phase,
    path: z.string().min(1).max(500),
    before: Sha256,
    after: Sha256,
    reason: Reason.optional(),
    checkpoint: SavedCheckpoint,
  }),
  event('quality.recorded', { name: LowerName, value: z.number() }),
  budgetEvent('budget.raise', 'a raise'),
  /** `amount` is what the budget is from now on; for the day, what that day's cap is. */
  budgetEvent('budget.set', 'a change of a budget'),
  /** The policy has changed since the episode's last event: from here on it goes by these. */
  event('rules.changed', { rules: Rules }),
  /** `free` uses up no recovery: policy tries again, or a day or a provider was waited for. `keepsTries` goes on counting an operation's calls. */
  event('recovery.begin', {
    day: DayMoney,
    free: z.boolean().optional(),
    keepsTries: z.boolean().optional(),
  }),
  /** `accepts`: its work is taken as it is, with the scores that there are; else it is done again. */
  event('recovery.resume', { phase, accepts: z.boolean().optional() }),
  event('lease.claim', { holder: Actor, until: Instant, process: ProcessIdentity.optional() }),
  event('lease.renew', { until: Instant }),
  event('lease.release', {}),
  /** Somebody sets about telling a person of a wait; `over` are waits that there are no more. */
  event('notice.begin', {
    wait: WaitId,
    until: Instant,
    process: ProcessIdentity.optional(),
    over: z.array(WaitId),
  }),
  /** The person was told. */
  event('notice.given', { wait: WaitId }),
  event('notice.failed', { wait: WaitId, message: z.string().max(500), retryAt: Instant }),
  /** Whoever is waited for is to be told again. */
  event('notice.remind', { wait: WaitId, reason: Reason }),
  event('episode.cancelled', { reason: Reason }),
  /** `filesMovedTo`: the folder beside the production's that its files were moved to, where somebody deleted it. */
  event('episode.archive', { reason: Reason.optional(), filesMovedTo: FolderName.optional() }),
  event('episode.unarchive', { reason: Reason.optional() }),
]);
export type EpisodeEvent = z.infer<typeof EpisodeEvent>;
export type EpisodeEventType = EpisodeEvent['type'];

/** One event of the given type. */
export type EventOf<Type extends EpisodeEventType> = Extract<EpisodeEvent, { type: Type }>;

/** Every event type, in the order in which they are declared. */
export const episodeEventTypes: readonly EpisodeEventType[] = EpisodeEvent.options.map(
  (option) => option.shape.type.value,
);

/** Any event as the journal records it. */
export const RecordedEvent = z.union([EpisodeCreated, EpisodeEvent]);
export type RecordedEvent = z.infer<typeof RecordedEvent>;

/**
 * Checks an event that came from outside.
 * @throws ProductionError `invalid_input`, naming the field; events named `xstate.*` are refused.
 */
export function parseEvent(input: unknown): EpisodeEvent {
  const type = (input as { type?: unknown } | null)?.type;
  if (typeof type === 'string' && type.startsWith('xstate.')) {
    throw new ProductionError(
      'invalid_input',
      `type: events named "xstate.…" belong to XState and are not taken from outside.`,
      { field: 'type' },
    );
  }
  const result = EpisodeEvent.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}

const schemas = new Map<unknown, z.ZodType>(
  EpisodeEvent.options.map((option) => [option.shape.type.value, option]),
);

/** The schema of one type of event; of what is none, that of all of them. */
export function schemaOf(type: unknown): z.ZodType {
  return schemas.get(type) ?? EpisodeEvent;
}
