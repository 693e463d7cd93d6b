import type { HeldAnswer, StudioAction } from '../../api.js';

/** What a person can say of a call whose outcome nobody knows. */
export const answers = {
  happened: { title: 'It happened', note: 'the provider did it: say what it cost, and what it gave' },
  not: { title: 'It did not happen', note: 'its money goes back, and the work may make the call again' },
  giveUp: { title: 'Give up', note: 'the episode stops as cancelled; the money stays reserved' },
} as const;

export type Said = keyof typeof answers;

export interface FilledAnswer {
  said: Said;
  /** Decimal dollars, as typed. */
  cost: string;
  /** As typed: JSON, text, `none`, or nothing. */
  result: string;
  reason: string;
}

/** The answer as the server takes it. @throws SyntaxError when the result begins like JSON and is none. */
export function answerOf(key: string, filled: FilledAnswer): HeldAnswer | StudioAction {
  if (filled.said === 'not') return { action: 'release', key };
  if (filled.said === 'giveUp') return { action: 'cancel', reason: filled.reason.trim() };
  const cost = filled.cost.trim().replace(/^\$/, '');
  const text = filled.result.trim();
  return { action: 'settle', key, cost, ...(text === '' ? {} : { result: resultOf(text) }) };
}

/** What a call gave, as typed: JSON, words, or `none`. @throws SyntaxError when it begins like JSON and is none. */
export function resultOf(text: string): unknown {
  return text === 'none' ? null : jsonOrWords(text);
}

/** JSON as it is typed, or else the words themselves. @throws SyntaxError when it begins like JSON and is none. */
export function jsonOrWords(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A text is taken as it is; what was meant as JSON must not become one.
    if (/^[[{"]/.test(text)) throw error;
    return text;
  }
}

export const answered: Record<Said, string> = {
  happened: 'Settled',
  not: 'Given back',
  giveUp: 'Cancelled',
};
