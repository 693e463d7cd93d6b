import type { NeedKind } from '../../shapes/need.js';
import type { BoardEpisode, StudioAction } from '../api.js';
import type { PhaseName } from '../../../machines/phase-names.js';

export const phases: readonly PhaseName[] = ['research', 'script', 'audio'];

/** `$1.05`: two decimals, and up to six where the amount is finer than a cent. */
export function dollars(amount: number): string {
  const exact = Math.abs(amount)
    .toFixed(6)
    .replace(/0{1,4}$/, '');
  const [whole = '0', fraction = '00'] = exact.split('.');
  return `${amount < 0 ? '−' : ''}$${Number(whole).toLocaleString('en-US')}.${fraction}`;
}

/** `$1.05`: always two decimals, for axes and narrow places. */
export function cents(amount: number): string {
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `about $2.76`, or that nobody knows. */
export function expected(cost: number | null): string {
  return cost === null ? 'cost unknown' : `about ${cents(cost)}`;
}

/** `41 %` of a whole; a whole of nothing is full. */
export function percent(part: number, whole: number): string {
  return `${Math.round(whole > 0 ? (part / whole) * 100 : 100)} %`;
}

/** `3 min`: how long before `nowMs`. */
export function age(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1.5 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

const moments = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** `3 Sept, 14:30:22`, in the reader's time zone. */
export function moment(at: string): string {
  return moments.format(new Date(at));
}

/** The mean of an episode's scores from 0 to 1, as docs/metrics.md defines it; null without scores. */
export function meanQuality(scores: Record<string, number>): number | null {
  const values = Object.values(scores);
  return values.length === 0
    ? null
    : values.reduce((sum, score) => sum + (score > 1 ? score / 10 : score), 0) / values.length;
}

/** `technical_accuracy` → `technical accuracy`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

export const needNames: Record<NeedKind, string> = {
  approval: 'Approval',
  paused: 'Paused',
  question: 'Question',
  held_operation: 'Held operation',
  missing_result: 'Missing result',
  budget_stop: 'Budget stop',
  daily_stop: 'Daily cap',
  failed: 'Failed',
  idle: 'Nobody at work',
  late: 'Late',
};

export const actionNames: Record<StudioAction['action'], string> = {
  approve: 'Approve',
  reject: 'Reject',
  pause: 'Pause',
  resume: 'Resume',
  recover: 'Recover',
  raiseBudget: 'Raise budget',
  cancel: 'Cancel episode',
  archive: 'Archive',
  unarchive: 'Bring back',
};

/** What an episode is doing, as one of the marks of the page: colour is never the only sign. */
export type Mark =
  'waiting' | 'active' | 'paused' | 'review' | 'complete' | 'failed' | 'recovery' | 'archived';

export function markOf(state: string): Mark {
  if (state.endsWith('.active')) return 'active';
  if (state.endsWith('.paused')) return 'paused';
  if (state.endsWith('.review')) return 'review';
  return state === 'complete' || state === 'failed' || state === 'recovery' || state === 'archived'
    ? state
    : 'waiting';
}

/** `script · in review`. */
export function stateText(state: string): string {
  const [outer = state, inner] = state.split('.');
  if (inner === undefined) return outer;
  return `${outer} · ${{ pending: 'to start', active: 'active', paused: 'paused', review: 'in review' }[inner] ?? inner}`;
}

/** A phase as its bar shows it: its status, and where it stands within it. */
export function phaseMark(
  episode: Pick<BoardEpisode, 'state' | 'phases'>,
  phase: PhaseName,
): 'pending' | 'active' | 'paused' | 'review' | 'complete' | 'failed' | 'skipped' {
  const { status } = episode.phases[phase];
  if (status !== 'active') return status;
  if (episode.state === `${phase}.paused`) return 'paused';
  return episode.state === `${phase}.review` ? 'review' : 'active';
}
