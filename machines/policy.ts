import * as z from 'zod';
import { ApprovalDeadline } from './episode/context.js';
import { isTimeZone } from './episode/forms.js';
import { FailureCode } from './failure.js';
import { PhaseName } from './phases.js';
import { toUsd, toUsdOrNone } from './policy-amount.js';

/** Decimal dollars on the outside, {@link Usd} inside. */
const dollars = (fallback: string) => z.union([z.number(), z.string()]).default(fallback).transform(toUsd);

/** As {@link dollars}; null, the default, is no amount. */
const dollarsOrNone = z.union([z.number(), z.string(), z.null()]).default(null).transform(toUsdOrNone);

/** How one failure code is retried: at most `attempts` calls of an operation's key, ever, exponential back-off with jitter in between. */
const RetryRule = z.strictObject({
  attempts: z.int().min(1).max(20),
  baseMs: z.int().min(0).max(3_600_000),
  maxMs: z.int().min(0).max(86_400_000),
});
export type RetryRule = z.infer<typeof RetryRule>;

const defaultRetry = {
  rate_limited: { attempts: 20, baseMs: 1000, maxMs: 60_000 },
  provider_unavailable: { attempts: 20, baseMs: 1000, maxMs: 60_000 },
  timeout: { attempts: 3, baseMs: 500, maxMs: 30_000 },
  invalid_output: { attempts: 2, baseMs: 0, maxMs: 0 },
};

/** Budgets, thresholds, approvals, retry and quality rules of a production (docs/money.md). Amounts go in as decimal dollars. */
export const Policy = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  budgets: z
    .strictObject({
      research: dollars('2.00'),
      script: dollars('2.00'),
      audio: dollars('3.00'),
      total: dollars('7.00'),
    })
    .prefault({}),
  /** Spent and reserved in one day over all episodes. */
  dailyCap: dollars('50.00'),
  /** How far agents may raise a budget, or the day's cap, without a person: to so much and no further. Null, the default: not at all. */
  agentCeiling: z
    .strictObject({
      research: dollarsOrNone,
      script: dollarsOrNone,
      audio: dollarsOrNone,
      total: dollarsOrNone,
      day: dollarsOrNone,
    })
    .prefault({}),
  /** The IANA time zone whose midnight begins a new day of spending. */
  timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone').default('UTC'),
  warnAtPercent: z.int().min(1).max(100).default(80),
  /** Also refuse reservations that pass a phase's own budget. */
  hardPhaseBudgets: z.boolean().default(false),
  /** Phases that wait in review for a person's approval. */
  approvals: z.array(PhaseName).max(3).default([]),
  /** What becomes of an approval that nobody has given for so many hours: `{ hours: 24, do: 'remind' }`; null: it waits for ever. */
  approvalDeadline: ApprovalDeadline.nullable().default(null),
  /** Who is waited for is told again every so many hours; null: once. */
  remindEveryHours: z.number().positive().max(8784).nullable().default(null),
  /** How often an episode may leave `failed` through recovery. */
  maxRecoveries: z.int().min(0).max(100).default(3),
  /** Least scores with which a phase may complete: `{ script: { technical_accuracy: 0.8 } }`. */
  quality: z
    .partialRecord(PhaseName, z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), z.number()))
    .default({}),
  retry: z.partialRecord(FailureCode, RetryRule).default(defaultRetry),
  /** How long a call waits for its provider, all its back-offs together, before it gives up. */
  patienceMs: z.int().min(0).max(86_400_000).default(120_000),
  operationTimeoutMs: z.int().min(1).max(86_400_000).default(600_000),
  /** How long people may work on a phase, over all processes; what it slept, was paused or left lying is not counted. */
  phaseTimeoutMs: z.int().min(1).max(604_800_000).default(7_200_000),
  /** How long a phase may show no sign of life: `progress`, a file, a score, a call under way; null: for ever. */
  phaseIdleMs: z.int().min(1).max(604_800_000).nullable().default(null),
  /** What becomes of an episode that a crew of another name or version takes up than the one before: it goes on, and that is told; or it is refused. */
  crewChange: z.enum(['tell', 'refuse']).default('tell'),
});
export type Policy = z.output<typeof Policy>;
/** What a person writes: everything optional, amounts in decimal dollars. */
export type PolicyInput = z.input<typeof Policy>;
