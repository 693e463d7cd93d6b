import type * as z from 'zod';
import { parsePlainly } from '../../machines/index.js';
import * as inputs from './inputs.js';

/** What calls take, by its name. */
type InputName = Extract<keyof typeof inputs, `${string}Input`>;

/**
 * Checks a call's input by the name of its schema, which is made only when the input is not plain.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function checkInput<Name extends InputName>(
  name: Name,
  input: unknown,
): z.output<(typeof inputs)[Name]> {
  return parsePlainly(name, () => all()[name], input) as z.output<(typeof inputs)[Name]>;
}

function all(): typeof inputs {
  return inputs;
}
