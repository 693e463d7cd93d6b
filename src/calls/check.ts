import type * as z from 'zod';
import {
  type PhaseName,
  ProductionError,
  ceilToMicro,
  invalidInput,
  isPhaseName,
  parseName,
  type Usd,
} from '../../machines/index.js';
import type { Dollars } from './money-inputs.js';

/**
 * Checks a call's input.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}

/** @throws ProductionError `invalid_input` naming `phase`. */
export function checkPhase(phase: unknown): PhaseName {
  if (isPhaseName(phase)) return phase;
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
