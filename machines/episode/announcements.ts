import type { Failure } from '../failures.js';
import { phaseNames, type EpisodeStatus, type PhaseName } from '../phases.js';
import type { Usd } from '../usd.js';
import { statusOf } from './context.js';
import type { EpisodeEvent, EpisodeEventType } from './events.js';
import { stateName } from './state-name.js';
import { moneyMove, passesDay } from './money.js';
import type { EpisodeSnapshot } from './persisted.js';

/** What the world is told about a commit once it is on disk. Amounts in micro-dollars. */
export type Announcement = { sessionId: string; at: string } & (
  | { type: 'created' }
  | { type: 'transition'; event: EpisodeEventType; from: string; to: string; status: EpisodeStatus }
  | { type: 'cost'; phase: PhaseName; spent: Usd; reserved: Usd }
  | { type: 'budget:warning'; phase: PhaseName; spent: Usd; budget: Usd }
  | { type: 'budget:stopped'; spent: Usd; budget: Usd }
  | { type: 'daily:stopped'; date: string; spent: Usd; cap: Usd }
  | { type: 'checkpoint'; name: string; phase: PhaseName }
  | { type: 'failed'; failure: Failure }
  | { type: 'recovered'; phase: PhaseName }
  | { type: 'completed'; spent: Usd }
  | { type: 'archived' }
);
export type AnnouncementType = Announcement['type'];

/** What follows from a step, as data. Pure. */
export function announce(before: EpisodeSnapshot, event: EpisodeEvent, after: EpisodeSnapshot): Announcement[] {
  const { context } = after;
  const common = { sessionId: context.sessionId, at: event.at };
  const list: Announcement[] = [...announceMoney(before, event, after)];
  if (stateName(before) !== stateName(after)) {
    list.push({ ...common, type: 'transition', event: event.type, from: stateName(before), to: stateName(after), status: status(after) });
  }
  const saved = 'checkpoint' in event ? event.checkpoint : undefined;
  if (saved && 'phase' in event) list.push({ ...common, type: 'checkpoint', name: saved.name, phase: event.phase });
  if (event.type === 'recovery.resume') list.push({ ...common, type: 'recovered', phase: event.phase });
  if (status(before) === status(after)) return list;
  if (status(after) === 'failed' && context.failure) list.push({ ...common, type: 'failed', failure: context.failure });
  if (status(after) === 'complete') list.push({ ...common, type: 'completed', spent: context.money.spent });
  if (status(after) === 'archived') list.push({ ...common, type: 'archived' });
  return list;
}

function announceMoney(before: EpisodeSnapshot, event: EpisodeEvent, after: EpisodeSnapshot): Announcement[] {
  const move = moneyMove(before.context, event);
  if (!move) return [];
  const { context } = after;
  const common = { sessionId: context.sessionId, at: event.at };
  const list: Announcement[] = [];
  if (move.spent > 0) list.push({ ...common, type: 'cost', phase: move.phase, spent: move.spent, reserved: move.reserved });
  for (const phase of phaseNames) {
    if (context.phases[phase].warned && !before.context.phases[phase].warned) {
      list.push({ ...common, type: 'budget:warning', phase, spent: context.phases[phase].spent, budget: context.budgets[phase] });
    }
  }
  const { total } = context.budgets;
  const reached = context.money.spent >= total && before.context.money.spent < total;
  const stopped = status(before) !== status(after) && context.failure?.code === 'budget_exhausted';
  if (reached || stopped) list.push({ ...common, type: 'budget:stopped', spent: context.money.spent, budget: total });
  if (passesDay(before.context, event) && 'day' in event && event.day) {
    list.push({ ...common, type: 'daily:stopped', date: event.day.date, spent: (event.day.spent + move.spent) as Usd, cap: event.day.cap });
  }
  return list;
}

function status(snapshot: EpisodeSnapshot): EpisodeStatus {
  return statusOf(snapshot.value);
}
