import type { PolicyInput } from '../../src/index.js';

/** What each paid step costs, in dollars; and, as the engine counts, in micro-dollars. */
export const cost = '0.100001';
export const costMicro = 100_001;
/** What the bill says of one of them. */
export const correctedCost = '0.050000';
export const correctedMicro = 50_000;

/** The episode's total leaves room for six paid steps and two reservations; the seventh is refused in the story. */
export const policy: PolicyInput = { budgets: { total: '0.70' }, dailyCap: '0.95' };

/** So small that the story seals several segments. Bytes. */
export const segmentBytes = 6000;

/** One line that the process says. */
export interface Told {
  /** Loaded; a byte on standard input begins the story. */
  ready?: true;
  trying?: string;
  /** Acknowledged: must be there for ever. */
  done?: string;
  failed?: string;
  code?: string;
  message?: string;
  sessionId?: string;
  /** Somebody else may work now; a byte on standard input ends the turn. */
  turn?: true;
  ended?: true;
}
