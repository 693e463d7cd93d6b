import { ProductionError, type SessionId } from '../../machines/index.js';

/** What each status of a phase keeps beside the cost; anything else would be dropped without a word. */
const keptWith: Record<string, readonly string[]> = {
  complete: ['data'],
  skipped: ['reason'],
  failed: ['error', 'reason'],
};

/** @throws ProductionError `invalid_input`, naming what the call would drop, or cannot do without. */
export function refuseUnused({
  sessionId,
  status,
  ...given
}: {
  sessionId: SessionId;
  status: string;
  data: unknown;
  reason: unknown;
  error: unknown;
}): void {
  if (status === 'skipped' && given.reason === undefined)
    throw new ProductionError(
      'invalid_input',
      'reason: is needed where a phase is skipped; it stays on record.',
      { sessionId, field: 'reason' },
    );
  const kept = keptWith[status] ?? [];
  const unused = Object.entries(given).find(([name, value]) => value !== undefined && !kept.includes(name));
  if (!unused) return;
  const [field] = unused;
  const wanted = Object.keys(keptWith).filter((each) => keptWith[each]?.includes(field));
  throw new ProductionError(
    'invalid_input',
    `${field}: is not kept when a phase becomes ${status}, only when it becomes ${wanted.join(' or ')}; leave it out${field === 'data' ? ', or save it with saveCheckpoint' : ''}.`,
    { sessionId, field },
  );
}
