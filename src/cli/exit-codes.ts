import type { ErrorCode } from '../../machines/errors.js';

/** What the process ends with (docs/command-line.md). */
export const exits = { done: 0, failed: 1, usage: 2, notFound: 3, wrongState: 4, budget: 5, invalidData: 6, interrupted: 130 } as const;

/** The exit of each error code. A code without one does not compile. */
export const exitOf: Record<ErrorCode, number> = {
  wrong_state: exits.wrongState,
  phase_out_of_order: exits.wrongState,
  operations_open: exits.wrongState,
  operation_unknown: exits.notFound,
  operation_exists: exits.wrongState,
  operation_settled: exits.wrongState,
  operation_held: exits.wrongState,
  budget_exhausted: exits.budget,
  phase_budget_exhausted: exits.budget,
  daily_cap_reached: exits.budget,
  quality_rejected: exits.wrongState,
  not_recoverable: exits.wrongState,
  recovery_exhausted: exits.wrongState,
  claimed_elsewhere: exits.wrongState,
  claim_lost: exits.wrongState,
  checkpoint_unknown: exits.notFound,
  checkpoint_limit: exits.wrongState,
  clock_backwards: exits.failed,
  vetoed: exits.wrongState,
  invalid_input: exits.invalidData,
  production_missing: exits.notFound,
  session_unknown: exits.notFound,
  session_ambiguous: exits.usage,
  artifact_invalid: exits.invalidData,
  import_invalid: exits.invalidData,
  path_refused: exits.invalidData,
  interrupted: exits.interrupted,
  production_closed: exits.failed,
  production_upgraded: exits.failed,
  filesystem_unsupported: exits.failed,
  journal_unavailable: exits.failed,
  journal_damaged: exits.invalidData,
  document_unavailable: exits.failed,
  machine_broken: exits.failed,
};
