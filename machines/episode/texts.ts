import * as z from 'zod';
import { isPrintable, isWellFormed } from './forms.js';

/** Printable text for people: no control characters but newline and tab. */
function text(longest: number) {
  return z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(longest, `is longer than ${longest} characters`)
    .refine(isPrintable, 'contains control characters')
    .refine(isWellFormed, 'is not well-formed Unicode');
}

/** A topic: 1–500 characters. */
export const Topic = text(500);
/** Why someone did something: 1–500 characters. */
export const Reason = text(500);
/** Who: a person, an agent, a process. */
export const Actor = text(200);

/** A score that averages can be made of: numbers near the largest add up to Infinity. Checked where scores come in; the journal takes any number. */
export const Score = z.number().min(-1_000_000).max(1_000_000);
