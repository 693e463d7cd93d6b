import * as z from 'zod';
import { Actor, PhaseName, Reason } from '../../machines/index.js';
import { Id, Key } from './_session-id.js';

/** Decimal dollars, read exactly. */
export const Dollars = z.union([z.number(), z.string()], {
  error: 'is not an amount of dollars such as 0.15 or "0.150000"',
});
export type Dollars = z.infer<typeof Dollars>;

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
export const CorrectInput = z.strictObject({
  sessionId: Id,
  key: Key,
  cost: Dollars,
  by: Actor,
  reason: Reason,
});
export const ReleaseInput = z.strictObject({ sessionId: Id, key: Key });
