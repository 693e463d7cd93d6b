import * as z from 'zod';
import { Actor, PhaseName, Reason, isPhaseName, isSessionId } from '../../machines/index.js';
import { check } from './check.js';
import { Id, Key } from './_session-id.js';

/** Decimal dollars, read exactly. */
export const Dollars = z.union([z.number(), z.string()]);
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
