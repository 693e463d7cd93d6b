import type * as z from 'zod';
import { isPhaseName, isSessionId } from '../../machines/index.js';
import { check } from './check.js';
import { AddCostInput } from './money-inputs.js';

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
