import type { PhaseName } from './phase-names.js';
import type { Usd } from './usd.js';

/** Who should act on an error: the caller's code, a person with rights, a later retry, or Showrunner's authors. */
export type Remedy = 'caller' | 'operator' | 'retry' | 'bug';

/**
 * Every error code there is, with who should act on it. Each has a section in `docs/errors.md`.
 * The first group are refusals by the statechart; they change nothing.
 */
export const errorRemedies = {
  wrong_state: 'caller',
  phase_out_of_order: 'caller',
  operations_open: 'caller',
  operation_unknown: 'caller',
  operation_exists: 'caller',
  operation_settled: 'caller',
  budget_exhausted: 'operator',
  phase_budget_exhausted: 'operator',
  daily_cap_reached: 'operator',
  budget_reserved: 'retry',
  attempts_exhausted: 'retry',
  key_reused: 'caller',
  key_taken: 'caller',
  budget_in_use: 'caller',
  ceiling_passed: 'operator',
  quality_rejected: 'operator',
  not_recoverable: 'operator',
  recovery_exhausted: 'operator',
  too_early: 'retry',
  crew_changed: 'operator',
  option_withheld: 'caller',
  claimed_elsewhere: 'retry',
  claim_lost: 'caller',
  checkpoint_unknown: 'caller',
  checkpoint_limit: 'caller',
  clock_backwards: 'operator',
  vetoed: 'caller',
  invalid_input: 'caller',
  production_missing: 'caller',
  session_unknown: 'caller',
  session_ambiguous: 'caller',
  artifact_invalid: 'operator',
  import_invalid: 'caller',
  path_refused: 'caller',
  not_affordable: 'operator',
  operation_held: 'operator',
  result_missing: 'operator',
  answer_missing: 'operator',
  asleep: 'retry',
  answer_refused: 'caller',
  artifact_edited: 'operator',
  interrupted: 'retry',
  production_closed: 'caller',
  production_upgraded: 'operator',
  filesystem_unsupported: 'operator',
  journal_unavailable: 'operator',
  journal_replaced: 'operator',
  journal_damaged: 'operator',
  redaction_under_way: 'retry',
  document_unavailable: 'operator',
  artifacts_unavailable: 'retry',
  machine_broken: 'bug',
} as const satisfies Record<string, Remedy>;

export type ErrorCode = keyof typeof errorRemedies;

/** A budget in which less is left than is needed, in micro-dollars. */
export interface Shortage {
  scope: PhaseName | 'total' | 'day';
  needed: Usd;
  left: Usd;
}

/** Optional particulars of a {@link ProductionError}. */
export interface ErrorDetails {
  /** The episode concerned, where there is one. */
  sessionId?: string | undefined;
  /** The name of the input that was refused, such as `cost` or `phases.audio`. */
  field?: string | undefined;
  /** The key of the paid call concerned, where it is about one. */
  key?: string | undefined;
  /** Where the money does not reach to a phase's end. */
  short?: readonly Shortage[] | undefined;
  /** The underlying error. */
  cause?: unknown;
}

/**
 * The one error that Showrunner throws. `code` is stable and documented, `remedy` says who should act;
 * the message says what happened, to which session, and what to do next.
 */
export class ProductionError extends Error {
  override readonly name = 'ProductionError';
  /** True for errors of another copy of this module too: a bundled program and a crew's own import do not share the class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const { name, code } = (value ?? {}) as { name?: unknown; code?: unknown };
    return name === 'ProductionError' && typeof code === 'string' && Object.hasOwn(errorRemedies, code);
  }

  readonly code: ErrorCode;
  readonly remedy: Remedy;
  readonly sessionId: string | undefined;
  readonly field: string | undefined;
  readonly key: string | undefined;
  readonly short: readonly Shortage[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = errorRemedies[code];
    this.sessionId = details.sessionId;
    this.field = details.field;
    this.key = details.key;
    this.short = details.short;
  }

  /** The JSON that `--json` prints and that crosses process boundaries. */
  toJSON(): {
    code: ErrorCode;
    message: string;
    remedy: Remedy;
    session_id?: string;
    field?: string;
    key?: string;
  } {
    return {
      code: this.code,
      message: this.message,
      remedy: this.remedy,
      ...(this.sessionId === undefined ? {} : { session_id: this.sessionId }),
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.key === undefined ? {} : { key: this.key }),
    };
  }
}
