import * as z from 'zod';
import { Failure, FailureCode } from '../failure.js';
import { PhaseName, PhaseStatus } from '../phases.js';
import { hasOneKey, isAmount, isCalendarDay, isInstant, isMicros, isUnreserved, nameForm } from './forms.js';
import type { KeyTree } from './key-tree.js';
import type { Usd } from '../usd.js';

/** Integer micro-dollars, as stored. */
export const Micros = z
  .number()
  .refine(isMicros, 'is not a whole number of micro-dollars, 0 or more') as unknown as z.ZodType<Usd>;

/** One amount that an event moves: {@link Micros} up to the largest single amount. */
export const Amount = z
  .number()
  .refine(
    isAmount,
    'is not a whole number of micro-dollars from 0 to 1000000 dollars',
  ) as unknown as z.ZodType<Usd>;

/** ISO-8601 UTC with seconds, as `Date#toISOString` writes it; milliseconds may be left out. */
export const Instant = z.string().refine(isInstant, 'is not a valid ISO-8601 UTC time');

/** A calendar day in the policy's time zone: `2025-09-03`. */
export const CalendarDay = z.string().refine(isCalendarDay, 'is not a valid date');

/** The path of a file inside the session folder, with `/` between plain names: nothing leads out of the folder. */
export const SessionFile = z
  .string()
  .max(500)
  .regex(
    /^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    'is not a path inside the session folder',
  );

/** SHA-256 in lower-case hexadecimal. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal');

/** An operation's idempotency key: 1–200 printable characters. */
export const OperationKey = z
  .string()
  .regex(/^[\x21-\x7e][\x20-\x7e]{0,199}$/, 'is not 1 to 200 printable ASCII characters')
  .refine(isUnreserved, 'is a reserved word');

/** A name in lower case that may be part of a file name or a metric's label. */
export const LowerName = z
  .string()
  .regex(nameForm, 'is not 1 to 64 lower-case letters, digits, "_" or "-"')
  .refine(isUnreserved, 'is a reserved word');

export const Budgets = z.object({ research: Micros, script: Micros, audio: Micros, total: Micros });
export type Budgets = z.infer<typeof Budgets>;

/** What becomes of an approval that nobody has given for so many hours. */
export const ApprovalDeadline = z.strictObject({
  hours: z.number().positive().max(8784),
  do: z.enum(['remind', 'reject', 'approve']),
});
export type ApprovalDeadline = z.infer<typeof ApprovalDeadline>;

/** The part of the policy that an episode goes by: as the policy stood when its last event was decided. */
export const Rules = z.object({
  warnAtPercent: z.int(),
  hardPhaseBudgets: z.boolean(),
  approvals: z.array(PhaseName),
  maxRecoveries: z.int(),
  quality: z.partialRecord(PhaseName, z.record(z.string(), z.number())),
  approvalDeadline: ApprovalDeadline.optional(),
});
export type Rules = z.infer<typeof Rules>;

/** Rules that an episode was given for itself: these it keeps when the policy changes. `approvals` are asked for beside the policy's. */
export const OwnRules = Rules.partial();
export type OwnRules = z.infer<typeof OwnRules>;

export const Phase = z.object({
  status: PhaseStatus,
  spent: Micros,
  reserved: Micros,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** The name of the checkpoint that its completion saved. */
  checkpoint: LowerName.nullable(),
  /** How often work on it began; rises also when work did not finish. */
  attempt: z.int().nonnegative(),
  /** 1 until somebody wants the work anew: a reviewer who rejects it, a restore, a recovery to an earlier phase, an edit of what it builds on. */
  revision: z.int().positive(),
  /** Whether the warning for the present crossing of the threshold has been given. */
  warned: z.boolean(),
  /** Why it was skipped, where its imported artifact came from, or why a reviewer sent it back. */
  reason: z.string().nullable(),
});
export type Phase = z.infer<typeof Phase>;

export const Phases = z.object({ research: Phase, script: Phase, audio: Phase });
export type Phases = z.infer<typeof Phases>;

/** What a worker asks a person in the middle of a phase. */
export const Question = z.object({
  text: z.string().min(1).max(1000),
  /** The answers there are. */
  choices: z.array(z.string().min(1).max(200)).min(1).max(20).optional(),
  /** A JSON Schema that the answer must fit. */
  schema: z.record(z.string(), z.unknown()).optional(),
  /** The answer when nobody has given one by the deadline. */
  default: z.unknown().optional(),
  deadline: Instant.optional(),
});
export type Question = z.infer<typeof Question>;

/** A reservation under way. `held`: its outcome is unknown and someone must find out. */
export const Operation = z.object({
  operation: LowerName,
  phase: PhaseName,
  amount: Micros,
  at: Instant,
  /** The day whose cap it counts against, fixed when it was reserved. */
  day: CalendarDay,
  state: z.enum(['open', 'held']),
  /** The number of the claim under which it was reserved; null when outside any. */
  claim: z.int().nullable(),
  /** It is no paid call, but a question that waits for its answer. */
  question: Question.optional(),
});
export type Operation = z.infer<typeof Operation>;

/** An operation that failed and may be called again not before `notBefore`. */
export const Retry = z.object({
  /** Calls of its key that have failed, whoever made them. */
  attempts: z.int().nonnegative(),
  notBefore: Instant,
  /** How long its calls have waited for the provider. Milliseconds. */
  waitedMs: z.int().nonnegative().optional(),
  /** Why the last of them failed. */
  code: FailureCode.optional(),
  /** Policy allows no further call until somebody recovers the episode. */
  final: z.boolean().optional(),
});
export type Retry = z.infer<typeof Retry>;

/** A process, so that others on the same machine can see that it is gone; the start tells it from a later one with its number. */
export const ProcessIdentity = z.object({
  machine: z.string().min(1).max(300),
  pid: z.int().positive(),
  startedAt: z.string().max(100),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** An orchestrator's exclusive right to move the episode, until it expires. The number rises with each claim. */
export const Claim = z.object({
  number: z.int().positive(),
  by: z.string(),
  until: Instant,
  process: ProcessIdentity.optional(),
});
export type Claim = z.infer<typeof Claim>;

/** What a checkpoint is known by; its payload (data and artifact manifest) lies in the journal line or in `file`. */
export const CheckpointRef = z.object({
  phase: PhaseName,
  at: Instant,
  /** SHA-256 and size of the payload's JSON text. */
  sha256: Sha256,
  bytes: z.int().nonnegative(),
  /** The phase to go on with after restoring it; null after audio. */
  next: PhaseName.nullable(),
  /** Path of the payload's file inside the session folder; null when the payload is in the journal line. */
  file: SessionFile.nullable(),
  /** The name it was saved under, where it goes by another since a reviewer rejected it. */
  savedAs: LowerName.optional(),
});
export type CheckpointRef = z.infer<typeof CheckpointRef>;

/** A budget in which less is left than a phase needs to its end. */
export const Shortage = z.object({
  scope: z.enum(['research', 'script', 'audio', 'total', 'day']),
  needed: Micros,
  left: Micros,
});

/** Who paused the phase under way, and why, where they said so. */
export const Pause = z.object({
  by: z.string().nullable(),
  reason: z.string().nullable(),
  at: Instant,
  /** The paid call whose result its worker asks for and nobody has given; away once it is given. */
  missing: OperationKey.optional(),
  /** The money without which its worker does not begin. */
  short: z.array(Shortage).max(3).optional(),
});
export type Pause = z.infer<typeof Pause>;

/** What a person said of one revision of a phase's work. */
export const Review = z.object({
  phase: PhaseName,
  revision: z.int().positive(),
  verdict: z.enum(['approved', 'rejected']),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  at: Instant,
  /** The checkpoint that keeps the work. */
  checkpoint: LowerName.nullable(),
});
export type Review = z.infer<typeof Review>;

/** `restingSince`: nobody has worked on the phase since then; null while somebody does. */
export const PhaseLimit = z.object({ from: Instant, restingSince: Instant.nullable() });
export type PhaseLimit = z.infer<typeof PhaseLimit>;

/** A worker that has given its claim up until then. */
export const Sleep = z.object({ phase: PhaseName, until: Instant });
export type Sleep = z.infer<typeof Sleep>;

/** What one wait for a person is known by: `approval:script:1.1`. */
export const WaitId = z
  .string()
  .max(300)
  .regex(/^[a-z_]+:[\x20-\x7e]+$/, 'is not the name of a wait');

/** What a person has been told of one wait. It is told once, and once more for each reminder. */
export const Notice = z.object({
  reminders: z.int().nonnegative(),
  remindedAt: Instant.nullable(),
  /** As many of these have been given: the first, and one for each reminder. */
  given: z.int().nonnegative(),
  givenAt: Instant.nullable(),
  /** Tries of the one that is next which did not work, and when it is tried again. */
  failures: z.int().nonnegative(),
  notBefore: Instant.nullable(),
  /** Who gives it right now, and until when others leave it to him. */
  underWay: z
    .object({ number: z.int().positive(), process: ProcessIdentity.optional(), until: Instant })
    .nullable(),
});
export type Notice = z.infer<typeof Notice>;

const PaidKeys: z.ZodType<KeyTree<Usd>> = z.record(z.string(), z.union([Micros, z.lazy(() => PaidKeys)]));

/** Who makes an episode, and with which options, as whoever worked on it last has said: whoever takes it up goes on with these. */
export const CrewChoice = z.object({
  /** Null where only the options were said, at the creation. */
  name: z.string().min(1).max(200).nullable(),
  version: z.string().min(1).max(200).nullable(),
  /** An object as JSON text; null where nobody gave any. */
  options: z.string().max(16_384).nullable(),
  /** Names of options that hold a secret, which is not kept: whoever takes it up gives these himself. */
  withheld: z.array(z.string().max(200)).max(100),
});
export type CrewChoice = z.infer<typeof CrewChoice>;

/** A folder's name, without a path. */
export const FolderName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\]+$/, 'is no plain name');

/** All that an episode's statechart remembers. Money in micro-dollars, times in ISO-8601 UTC. */
export const EpisodeContext = z.object({
  sessionId: z.string(),
  episodeNumber: z.int().positive(),
  topic: z.string(),
  createdAt: Instant,
  /** It is not taken up before; null where it may be at any time. */
  startAt: Instant.nullable().prefault(null),
  /** When it should be complete: late from then on. */
  dueBy: Instant.nullable().prefault(null),
  /** When it came from an older production; null where it was made in this one. */
  importedAt: Instant.nullable().prefault(null),
  updatedAt: Instant,
  budgets: Budgets,
  rules: Rules,
  own: OwnRules.prefault({}),
  phases: Phases,
  /** Totals; `inherited` is what the episode it was forked from had spent, for show. */
  money: z.object({ spent: Micros, reserved: Micros, inherited: Micros }),
  /** Reservations under way, by idempotency key. */
  operations: z.record(z.string(), Operation),
  /** What each settled key did cost: no key is paid twice. Grows with the episode, so it is no plain record: see {@link KeyTree}. */
  paid: PaidKeys,
  /** Of the settled keys those whose cost is estimated, with that cost; 0 once it was corrected. A tree as `paid` is. */
  estimates: PaidKeys.prefault({}),
  retries: z.record(z.string(), Retry),
  claim: Claim.nullable(),
  claims: z.int().nonnegative(),
  failure: Failure.nullable(),
  recoveries: z.int().nonnegative(),
  quality: z.record(z.string(), z.number()),
  checkpoints: z.record(z.string(), CheckpointRef),
  /** Why it was archived or cancelled, where someone said so. */
  note: z.string().nullable(),
  /** The folder beside the production's that its files were moved to when it was deleted. */
  filesMovedTo: FolderName.nullable().prefault(null),
  forkedFrom: z.string().nullable(),
  /** The caller's own name for it, unique in the production: creating it again finds it. */
  key: OperationKey.nullable(),
  /** Set while its phase is paused. */
  pause: Pause.nullable(),
  /** Oldest first; the newest 50 of them. */
  reviews: z.array(Review),
  /** From when on the time limit of the phase under way counts, moved on by all time in which nobody worked on it; null where none has begun. */
  limit: PhaseLimit.nullable().prefault(null),
  /** How long the worker of the phase under way sleeps, by the sleep's key. */
  sleeps: z.record(z.string(), Sleep).prefault({}),
  /** What people were told of the waits that there are, by {@link WaitId}. */
  notices: z.record(z.string(), Notice).prefault({}),
  crew: CrewChoice.nullable().prefault(null),
});
export interface EpisodeContext extends z.infer<typeof EpisodeContext> {}

/** A persisted episode: what `getPersistedSnapshot()` gives, after JSON. */
export const PersistedEpisode = z.object({
  status: z.literal('active'),
  value: z.union([
    z.enum(['initialized', 'complete', 'failed', 'recovery', 'archived']),
    z.partialRecord(PhaseName, z.enum(['pending', 'active', 'paused', 'review'])).refine(hasOneKey),
  ]),
  context: EpisodeContext,
  children: z.object({}),
  historyValue: z.object({}),
});
export interface PersistedEpisode extends z.infer<typeof PersistedEpisode> {}
