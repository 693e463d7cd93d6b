import * as z from 'zod';

/** Printable text for people: no control characters but newline and tab. */
function text(longest: number) {
  return z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(longest, `is longer than ${longest} characters`)
    .refine((value) => !controls.test(value), 'contains control characters')
    .refine((value) => value.isWellFormed(), 'is not well-formed Unicode');
}

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

/** A topic: 1–500 characters. */
export const Topic = text(500);
/** Why someone did something: 1–500 characters. */
export const Reason = text(500);
/** Who: a person, an agent, a process. */
export const Actor = text(200);

/** A score that averages can be made of: numbers near the largest add up to Infinity. Checked where scores come in; the journal takes any number. */
export const Score = z.number().min(-1_000_000).max(1_000_000);
