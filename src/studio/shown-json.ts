import type { JsonView } from './api.js';

/** As much as a page shows of a value at once. Characters. */
const mostShown = 20_000;

/** A value as a person reads it; null where there is none. */
export function shownJson(value: unknown): JsonView | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value, null, 2);
  return { text: text.slice(0, mostShown).toWellFormed(), isCut: text.length > mostShown };
}
