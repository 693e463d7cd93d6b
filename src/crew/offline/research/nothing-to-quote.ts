import { ProductionError } from '../../../../machines/errors.js';

const reasonsTold = 4;

/** The error for sources of which nothing can be quoted, with the most frequent reasons. */
export function nothingToQuote(
  sentences: number,
  leftOut: Readonly<Record<string, number>>,
  sessionId?: string,
): ProductionError {
  const reasons = Object.entries(leftOut)
    .sort(([, a], [, b]) => b - a)
    .slice(0, reasonsTold)
    .map(([reason, count]) => `${reason} ${String(count)}`)
    .join(', ');
  return new ProductionError(
    'invalid_input',
    `The sources hold no whole English sentence that could be read aloud; of ${String(sentences)} ${sentences === 1 ? 'piece' : 'pieces'} of text none can be quoted (${reasons}). Give prose in English; "How sources are read" in the documentation (docs/sources.md) says what each reason is.${sessionId === undefined ? '' : ' The sources are read again when the episode is recovered.'}`,
    { field: 'sources', ...(sessionId === undefined ? {} : { sessionId }) },
  );
}
