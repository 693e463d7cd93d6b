import * as z from 'zod';
import {
  Actor,
  OperationKey,
  PhaseName,
  PhaseStatus,
  Policy,
  ProductionError,
  Reason,
  Score,
  Topic,
  type SessionId,
} from '../../machines/index.js';
import { Id, Key } from './_session-id.js';
import { Dollars } from './money-inputs.js';
import { Artifacts } from './open-input.js';

export { AddCostInput, CorrectInput, ReleaseInput, ReserveInput, SettleInput } from './money-inputs.js';

const EpisodeNumber = z.int().min(1).max(9_999_999);

/** A time of day somewhere, as ISO-8601 with its offset, or a Date; as the journal has it. */
export const Time = z
  .union([
    z.iso.datetime({
      offset: true,
      error: 'is no ISO-8601 time with its zone, such as 2026-11-29T06:00:00Z',
    }),
    z.date(),
  ])
  .transform((time) => new Date(time).toISOString());

export const CreateInput = z
  .strictObject({
    episodeNum: EpisodeNumber.optional(),
    episodeNumber: EpisodeNumber.optional(),
    topic: Topic,
    /** For its crew, whoever takes it up: JSON, at most 16 kB. Secrets in them are not kept. */
    crewOptions: z.record(z.string(), z.unknown()).optional(),
    /** Your own name for the episode, unique in the production: the same key gives the same session, with any number of processes. */
    key: OperationKey.optional(),
    /** Phases of this episode that wait for approval, beside the policy's. */
    approvals: z.array(PhaseName).optional(),
    /** Rules that it keeps when the policy changes; what is not named follows the policy. */
    rules: z
      .strictObject({
        warnAtPercent: Policy.shape.warnAtPercent.unwrap().optional(),
        hardPhaseBudgets: z.boolean().optional(),
        maxRecoveries: Policy.shape.maxRecoveries.unwrap().optional(),
        quality: Policy.shape.quality.unwrap().optional(),
        approvalDeadline: Policy.shape.approvalDeadline.unwrap().unwrap().optional(),
      })
      .optional(),
    /** It is not taken up before: ISO-8601 with its zone, or a Date. */
    startAt: Time.optional(),
    /** When it should be complete; it is late from then on, and people are told. */
    dueBy: Time.optional(),
    /** Overrides of the policy's budgets, in decimal dollars. */
    budgets: z
      .strictObject({
        research: Dollars.optional(),
        script: Dollars.optional(),
        audio: Dollars.optional(),
        total: Dollars.optional(),
      })
      .optional(),
  })
  .refine((input) => (input.episodeNum ?? input.episodeNumber ?? input.key) !== undefined, {
    path: ['episodeNum'],
    message: 'is missing',
  })
  .refine(
    (input) => (input.episodeNum ?? input.episodeNumber) === (input.episodeNumber ?? input.episodeNum),
    { path: ['episodeNumber'], message: 'is another number than episodeNum' },
  )
  .refine(({ startAt, dueBy }) => startAt === undefined || dueBy === undefined || startAt < dueBy, {
    path: ['dueBy'],
    message: 'is not after startAt',
  });

export const UpdatePhaseInput = z.strictObject({
  sessionId: Id,
  phase: PhaseName,
  status: PhaseStatus,
  cost: Dollars.optional(),
  /** Data for the phase's checkpoint when it completes. */
  data: z.unknown().optional(),
  /** Needed for `skipped`. */
  reason: Reason.optional(),
  /** The message for `failed`. */
  error: z.unknown().optional(),
});

/** What each status of {@link UpdatePhaseInput} keeps beside the cost; anything else would be dropped without a word. */
const keptWith: Record<string, readonly string[]> = {
  complete: ['data'],
  skipped: ['reason'],
  failed: ['error', 'reason'],
};

/** @throws ProductionError `invalid_input`, naming what the call would drop. */
export function refuseUnused({
  sessionId,
  status,
  ...given
}: {
  sessionId: SessionId;
  status: string;
  data: unknown;
  reason: unknown;
  error: unknown;
}): void {
  const kept = keptWith[status] ?? [];
  const unused = Object.entries(given).find(([name, value]) => value !== undefined && !kept.includes(name));
  if (!unused) return;
  const [field] = unused;
  const wanted = Object.keys(keptWith).filter((each) => keptWith[each]?.includes(field));
  throw new ProductionError(
    'invalid_input',
    `${field}: is not kept when a phase becomes ${status}, only when it becomes ${wanted.join(' or ')}; leave it out${field === 'data' ? ', or save it with saveCheckpoint' : ''}.`,
    { sessionId, field },
  );
}

export const AnswerInput = z.strictObject({
  sessionId: Id,
  key: Key,
  answer: z.unknown(),
  by: Actor.optional(),
});
export const SaveCheckpointInput = z.strictObject({ sessionId: Id, phase: PhaseName, data: z.unknown() });
export const CreateCheckpointInput = z.strictObject({
  sessionId: Id,
  checkpointName: z.string(),
  data: z.unknown().optional(),
});
export const RestoreInput = z.strictObject({ sessionId: Id, checkpointName: z.string() });
export const FailInput = z.strictObject({ sessionId: Id, phase: PhaseName, error: z.unknown() });
export const QualityInput = z.strictObject({ sessionId: Id, name: z.string(), value: Score });
export const SkipInput = z.strictObject({ sessionId: Id, phase: PhaseName, reason: Reason });
export const FulfillInput = SkipInput.extend({ data: z.unknown().optional() });
export const ResumeInput = z.strictObject({ sessionId: Id });
export const RecoverInput = z.strictObject({ phase: PhaseName.optional() });
export const PauseInput = z.strictObject({ sessionId: Id, by: Actor.optional(), reason: Reason.optional() });
export const EditInput = z.strictObject({
  sessionId: Id,
  /** Inside the session's folder: `script/script.json`. */
  path: z.string().min(1).max(500),
  content: z.union([z.string(), z.instanceof(Uint8Array)]),
  by: Actor.optional(),
  reason: Reason.optional(),
});
/** What is left out stays; null takes it away. */
export const ScheduleInput = z
  .strictObject({
    sessionId: Id,
    startAt: Time.nullable().optional(),
    dueBy: Time.nullable().optional(),
    by: Actor.optional(),
    reason: Reason.optional(),
  })
  .refine(({ startAt, dueBy }) => startAt !== undefined || dueBy !== undefined, {
    path: ['startAt'],
    message: 'is missing, and so is dueBy: give one of them',
  });
export const ReviewInput = z.strictObject({ sessionId: Id, by: Actor.optional(), reason: Reason.optional() });
export const RejectInput = z.strictObject({ sessionId: Id, by: Actor.optional(), reason: Reason });
export const CancelInput = z.strictObject({ sessionId: Id, reason: Reason });
export const RaiseInput = z.strictObject({
  sessionId: Id,
  scope: z.enum(['research', 'script', 'audio', 'total', 'day']),
  amount: Dollars,
  by: Actor,
  reason: Reason,
});
export const RaiseBudgetInput = RaiseInput.extend({
  /** An agent raises it, and no person is asked: only as far as the policy's `agentCeiling`. */
  asAgent: z.boolean().optional(),
});
export const ChangePolicyInput = z.strictObject({
  /** New values by path, such as `budgets.total`; null takes the seed's default. */
  set: z.record(z.string(), z.unknown()),
  by: Actor,
  reason: Reason,
});
export const AcceptClockInput = z.strictObject({ by: Actor, reason: Reason });
export const RedactInput = z.strictObject({
  directory: z.string().min(1).optional(),
  text: z.string(),
  by: Actor.optional(),
  reason: Reason,
  dryRun: z.boolean().optional(),
  artifacts: Artifacts.optional(),
});
export const ForkInput = z.strictObject({
  sessionId: Id,
  checkpointName: z.string().optional(),
  /** A journal position that `history` gives: the fork goes on from how the episode stood there. */
  position: z.int().nonnegative().optional(),
  /** In the place of what the last phase that is kept has returned. */
  data: z.unknown().optional(),
  episodeNum: EpisodeNumber.optional(),
  topic: Topic.optional(),
});
export const CleanupInput = z.strictObject({
  olderThanHours: z.number().nonnegative().max(1_000_000).default(24),
  /** Only says which it would be. */
  dryRun: z.boolean().default(false),
});
