import * as z from 'zod';
import {
  Actor,
  OperationKey,
  PhaseName,
  PhaseStatus,
  Policy,
  Reason,
  Score,
  Topic,
} from '../../machines/index.js';
import { Id, Key } from './_session-id.js';
import { hasOneNumber, hasTime, isDueAfterStart, namesAnEpisode, toInstant } from './input-tests.js';
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
  .transform(toInstant);

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
  .refine(namesAnEpisode, {
    path: ['episodeNum'],
    message: 'is missing; give a number, or a key by which the episode is found again',
  })
  .refine(hasOneNumber, { path: ['episodeNumber'], message: 'is another number than episodeNum' })
  .refine(isDueAfterStart, {
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
  .refine(hasTime, {
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
