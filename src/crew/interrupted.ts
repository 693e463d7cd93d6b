import { ProductionError } from '../../machines/errors.js';

/** Throws `interrupted` once the signal is aborted; called between steps of long work. */
export function refuseIfAborted(signal: AbortSignal, sessionId: string): void {
  if (!signal.aborted) return;
  throw new ProductionError(
    'interrupted',
    `Session ${sessionId}: the work was interrupted; run it again to continue.`,
    {
      sessionId,
      cause: signal.reason,
    },
  );
}
