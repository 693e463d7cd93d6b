import type { ProductionStateManager } from '../../manager/manager.js';
import type { HookCall } from './hook-call.js';
import type { HookTable } from './hook-table.js';
import type { SessionNotes } from './session-notes.js';

/** What a hook is answered, before it is put in a host's words. It never allows: that would pass over the person's own prompt. */
export type Verdict =
  | { kind: 'pass' }
  | { kind: 'deny'; reason: string }
  | { kind: 'block'; reason: string }
  | { kind: 'context'; text: string };

export const pass: Verdict = { kind: 'pass' };

/** What a hook works with. */
export interface Hooked {
  call: HookCall;
  table: HookTable;
  notes: SessionNotes;
  /** @throws ProductionError `production_missing`. */
  open: () => Promise<ProductionStateManager>;
  /** A line for whoever reads the host's log. */
  note: (text: string) => void;
}
