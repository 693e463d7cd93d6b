import type * as z from 'zod';
import { ProductionError } from '../errors.js';

/** The first complaint of a Zod error as a {@link ProductionError} that names the field, an unknown one too. */
export function invalidInput(error: z.ZodError, prefix = ''): ProductionError {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path =
    [...(prefix === '' ? [] : [prefix]), ...(issue?.path ?? []), ...unknown].join('.').slice(0, 200) ||
    'input';
  return new ProductionError('invalid_input', `${path}: ${issue?.message ?? 'is not valid'}.`, {
    field: path,
  });
}
