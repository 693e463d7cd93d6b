import type * as z from 'zod';
import { ProductionError } from '../errors.js';

/** The first complaint of a Zod error as a {@link ProductionError} that names the field, an unknown one too. */
export function invalidInput(error: z.ZodError, prefix = ''): ProductionError {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path =
    [...(prefix === '' ? [] : [prefix]), ...(issue?.path ?? []), ...unknown].join('.').slice(0, 200) ||
    'input';
  // Zod keeps what it was given only in the words of its own message (4.6.7).
  const isMissing = issue?.code === 'invalid_type' && issue.message.endsWith(', received undefined');
  const message = isMissing ? `is missing, which has to be ${article(issue.expected)}` : issue?.message;
  return new ProductionError('invalid_input', `${path}: ${message ?? 'is not valid'}.`, {
    field: path,
  });
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
