import type { TimelineEntry } from '../../api.js';

/** What stands out on a timeline, the most important first. */
export const kinds = ['failure', 'person', 'checkpoint', 'move', 'money', 'other'] as const;
export type Kind = (typeof kinds)[number];

export const kindNames: Record<Kind, string> = {
  failure: 'failed or cancelled',
  person: 'a person acted',
  checkpoint: 'checkpoint',
  move: 'phase moved',
  money: 'money',
  other: 'other',
};

export function kindOf({ type, state }: Pick<TimelineEntry, 'type' | 'state'>): Kind {
  if (
    type === 'phase.failed' ||
    type === 'episode.cancelled' ||
    (state === 'failed' &&
      (type === 'cost.recorded' || type === 'cost.corrected' || type === 'operation.settled'))
  )
    return 'failure';
  if (
    /^(?:review\.|artifact\.|result\.|cost\.corrected|budget\.|phase\.(?:pause|resume|skip|fulfill)|recovery\.|episode\.archive)/.test(
      type,
    )
  )
    return 'person';
  if (type.startsWith('checkpoint.')) return 'checkpoint';
  if (type.startsWith('phase.') || type === 'episode.created' || type === 'episode.forked') return 'move';
  return /^(?:cost|operation)\./.test(type) ? 'money' : 'other';
}

/** The state's band of colour. */
export function bandOf(state: string): string {
  return state.split('.')[0] ?? state;
}
