import * as z from 'zod';
import type { ArtifactStore } from '../artifacts/index.js';
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
  ceilToMicro,
  invalidInput,
  isPhaseName,
  isSessionId,
  parseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';

/** Decimal dollars, read exactly. */
export const Dollars = z.union([z.number(), z.string()]);
export type Dollars = z.infer<typeof Dollars>;

const Id = z
  .string()
  .refine(
    isSessionId,
    'is not a session id such as ep_001_20250903_143022',
  ) as unknown as z.ZodType<SessionId>;
const Key = z.string().min(1).max(200);
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

const Notify = z.custom(
  (notify) =>
    typeof notify === 'function' ||
    (Array.isArray(notify) &&
      notify.length > 0 &&
      notify.every((word) => typeof word === 'string' && word !== '')),
  'is neither a function nor a command with its arguments',
);

const isFunction = (value: unknown): boolean => typeof value === 'function';
const Hook = z.unknown().refine(isFunction, 'is not a function').optional();
export const HooksInput = z.looseObject({ before: Hook, after: Hook, onFailure: Hook });

function isClock(clock: unknown): boolean {
  if (typeof clock !== 'object' || clock === null) return false;
  const { now } = clock as Record<string, unknown>;
  return typeof now === 'function' && typeof (now as () => unknown).call(clock) === 'string';
}

/** What `open` takes, as far as it is not checked elsewhere. */
function isStore(value: unknown): boolean {
  const store = value as Partial<ArtifactStore> | null;
  return (
    typeof store?.name === 'string' &&
    [store.put, store.get, store.has, store.remove].every((method) => typeof method === 'function')
  );
}

/** A folder, or a store. */
const Artifacts = z.union([
  z
    .string()
    .min(1, 'is empty')
    .refine((path) => !path.includes('\0'), 'holds a NUL character'),
  z.custom<ArtifactStore>(isStore, 'is neither a folder nor a store with put, get, has and remove'),
]);

export const OpenInput = z.looseObject({
  directory: z
    .string()
    .min(1, 'is empty')
    .refine((path) => !path.includes('\0'), 'holds a NUL character')
    .default('production'),
  clock: z.unknown().refine(isClock, 'is not a clock with now()').optional(),
  by: Actor.optional(),
  policyReason: Reason.optional(),
  readOnly: z.boolean().optional(),
  segmentBytes: z
    .int()
    .positive()
    .max(256 * 1024 * 1024, 'is more than 256 MB')
    .optional(),
  notify: Notify.optional(),
  artifacts: Artifacts.optional(),
  redact: z.array(z.string().min(4, 'is shorter than 4 characters')).optional(),
});

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

export const AddCostInput = z.strictObject({
  sessionId: Id,
  phase: PhaseName,
  operation: z.string(),
  cost: Dollars,
  /** The same key is recorded once. */
  key: Key.optional(),
});

export const ReserveInput = z.strictObject({
  sessionId: Id,
  phase: PhaseName,
  operation: z.string(),
  key: Key,
  maxCost: Dollars,
  /** How long to wait for what others have reserved to be settled, instead of being refused at once. Milliseconds. */
  waitMs: z.int().min(0).max(86_400_000).optional(),
  /** What the call is made with, for people: its first 2,048 characters, its hash and its size are kept, secrets taken out. */
  input: z.unknown().optional(),
});
export const SettleInput = z.strictObject({
  sessionId: Id,
  key: Key,
  cost: Dollars.optional(),
  result: z.unknown().optional(),
});
export const AnswerInput = z.strictObject({
  sessionId: Id,
  key: Key,
  answer: z.unknown(),
  by: Actor.optional(),
});
export const CorrectInput = z.strictObject({
  sessionId: Id,
  key: Key,
  cost: Dollars,
  by: Actor,
  reason: Reason,
});
export const ReleaseInput = z.strictObject({ sessionId: Id, key: Key });
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

/**
 * Checks a call's input.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}

const costKeys = new Set(['sessionId', 'phase', 'operation', 'cost', 'key']);

/** {@link check} for a cost. Where a few looks find nothing wrong with it, Zod would not either (a test holds them together), and is not asked. */
export function checkAddCost(input: unknown): z.output<typeof AddCostInput> {
  return isPlainCost(input) ? input : check(AddCostInput, input);
}

function isPlainCost(input: unknown): input is z.output<typeof AddCostInput> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  for (const name in input) if (!costKeys.has(name)) return false;
  const { sessionId, phase, operation, cost, key } = input as Partial<
    Record<keyof z.output<typeof AddCostInput>, unknown>
  >;
  const isKey = key === undefined || (typeof key === 'string' && key.length > 0 && key.length <= 200);
  return (
    isKey &&
    isSessionId(sessionId) &&
    isPhaseName(phase) &&
    typeof operation === 'string' &&
    (typeof cost === 'string' || Number.isFinite(cost))
  );
}

/** @throws ProductionError `invalid_input` naming `phase`. */
export function checkPhase(phase: unknown): PhaseName {
  const result = PhaseName.safeParse(phase);
  if (result.success) return result.data;
  throw new ProductionError(
    'invalid_input',
    `phase: ${typeof phase === 'string' ? JSON.stringify(phase.slice(0, 40)) : `a value of type ${typeof phase}`} is not research, script or audio.`,
    { field: 'phase' },
  );
}

export function optionalCost(amount: Dollars | undefined): Usd | undefined {
  return amount === undefined ? undefined : ceilToMicro(amount, 'cost');
}

export function operationName(name: string): string {
  return parseName(name, 'operation');
}

/** A machine event from outside, checked. */
