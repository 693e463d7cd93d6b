import type { ErrorCode } from '../errors.js';

/** Why an event was refused: a documented code and a sentence that says what to do. */
export interface Refusal {
  code: ErrorCode;
  message: string;
}

export function refuse(code: ErrorCode, message: string): Refusal {
  return { code, message };
}
