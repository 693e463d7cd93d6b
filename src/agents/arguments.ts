import { ProductionError } from '../../machines/errors.js';
import type { JsonSchema, Tool } from './tools.js';

/** A tool's arguments after {@link checkArguments}: of the types that its schema says. */
export type Arguments = Readonly<Record<string, unknown>>;

/**
 * Checks a call's arguments against what the list says of them; the engine's own schemas look deeper.
 * @throws ProductionError `invalid_input`, naming the argument.
 */
export function checkArguments({ name, properties, required }: Tool, given: unknown): Arguments {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ProductionError('invalid_input', `${name}: the arguments are not an object.`);
  const values = given as Arguments;
  for (const field of required)
    if (values[field] === undefined) throw invalid(field, `is missing; ${name} needs ${required.join(', ')}`);
  for (const [field, value] of Object.entries(values)) {
    const schema = Object.hasOwn(properties, field) ? properties[field] : undefined;
    if (!schema)
      throw invalid(field, `is no argument of ${name}; it takes ${Object.keys(properties).join(', ')}`);
    const wrong = value === undefined ? undefined : mismatch(schema, value);
    if (wrong !== undefined) throw invalid(field, wrong);
  }
  return values;
}

function mismatch(schema: JsonSchema, value: unknown): string | undefined {
  const { type, enum: choices } = schema;
  if (Array.isArray(choices))
    return choices.includes(value) ? undefined : `is not one of ${choices.join(', ')}`;
  if (type === undefined) return undefined;
  const isRight =
    type === 'integer'
      ? Number.isSafeInteger(value)
      : type === 'array'
        ? Array.isArray(value)
        : typeof value === type;
  return isRight ? undefined : `is not a value of type ${JSON.stringify(type)}`;
}

function invalid(field: string, why: string): ProductionError {
  return new ProductionError('invalid_input', `${field.slice(0, 40)}: ${why}.`, {
    field: field.slice(0, 40),
  });
}
