import type * as z from 'zod';
import { invalidInput } from './episode/invalid-input.js';
import { plainly, type ShapeName } from './plain.js';

/**
 * Checks a value; its schema is asked where a look does not tell that nothing is wrong with it. `where` is what it is called in an error.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function parsePlainly<Schema extends z.ZodType>(
  name: ShapeName,
  schema: () => Schema,
  input: unknown,
  where?: string,
): z.output<Schema> {
  const plain = plainly(name, input, schema);
  if (plain !== undefined) return plain as z.output<Schema>;
  const result = schema().safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error, where);
}
