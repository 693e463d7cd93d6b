import {
  announce,
  phaseNames,
  statusOf,
  stateName,
  toDollars,
  type Announcement,
  type EpisodeSnapshot,
  type PhaseStatus,
  type Usd,
} from '../../machines/index.js';
import type { Committed } from '../record/index.js';
import { lastingNeeds } from '../reports/index.js';
import type { Need } from '../shapes/index.js';

/** A CloudEvent 1.0 in structured JSON (https://github.com/cloudevents/spec, read November 2026). */
export interface CloudEvent {
  specversion: '1.0';
  /** The commit's journal position, and which of its events this is: `48211.0`. The same whenever it is sent again. */
  id: string;
  source: string;
  /** `dev.showrunner.phase.completed.v1` */
  type: string;
  /** The episode's session id; the production's policy has none. */
  subject?: string;
  time: string;
  datacontenttype: 'application/json';
  /** Amounts in decimal dollars. */
  data: Record<string, unknown>;
}

interface Told {
  name: EventName;
  data: Record<string, unknown>;
}

const phaseEvents: Record<PhaseStatus, EventName | undefined> = {
  pending: undefined,
  active: 'phase.started',
  complete: 'phase.completed',
  failed: 'phase.failed',
  skipped: 'phase.skipped',
};

const announced: Record<Announcement['type'], EventName> = {
  created: 'episode.created',
  transition: 'episode.moved',
  cost: 'cost.recorded',
  'cost:estimated': 'cost.estimated',
  'cost:corrected': 'cost.corrected',
  'budget:warning': 'budget.warning',
  'total:warning': 'budget.warning',
  'daily:warning': 'day.warning',
  'budget:stopped': 'budget.stopped',
  'daily:stopped': 'day.stopped',
  checkpoint: 'checkpoint.saved',
  failed: 'episode.failed',
  recovered: 'episode.recovered',
  completed: 'episode.completed',
  archived: 'episode.archived',
  'crew:changed': 'crew.changed',
};

/** What can be told, by the name that an endpoint asks for. */
export const eventNames = [
  'episode.created',
  'episode.moved',
  'episode.failed',
  'episode.recovered',
  'episode.completed',
  'episode.archived',
  'phase.started',
  'phase.completed',
  'phase.failed',
  'phase.skipped',
  'person.needed',
  'cost.recorded',
  'cost.estimated',
  'cost.corrected',
  'budget.warning',
  'budget.stopped',
  'day.warning',
  'day.stopped',
  'checkpoint.saved',
  'policy.changed',
  'crew.changed',
] as const;
export type EventName = (typeof eventNames)[number];

/** What a commit tells the world outside, in order. */
export function cloudEventsOf(
  { position, at, steps, policy }: Committed,
  source: string,
): (CloudEvent & { name: EventName })[] {
  const told: (Told & { subject?: string; time: string })[] = [];
  if (policy)
    told.push({
      name: 'policy.changed',
      time: at,
      data: { by: policy.by, reason: policy.reason, changes: policy.changes },
    });
  for (const { sessionId, event, before, after, quiet } of steps) {
    if (quiet) continue;
    const episode = episodeData(after);
    for (const { name, data } of [
      ...announcementsOf(announce(before, event, after)),
      ...movesOf(before, after),
    ])
      told.push({ name, subject: sessionId, time: event.at, data: { ...episode, ...data } });
  }
  return told.map(({ name, subject, time, data }, index) => ({
    name,
    specversion: '1.0',
    id: `${position}.${index}`,
    source,
    type: `dev.showrunner.${name}.v1`,
    ...(subject === undefined ? {} : { subject }),
    time,
    datacontenttype: 'application/json',
    data,
  }));
}

function episodeData({ context, value }: EpisodeSnapshot): Record<string, unknown> {
  return {
    session_id: context.sessionId,
    episode_number: context.episodeNumber,
    topic: context.topic,
    status: statusOf(value),
    total_cost: toDollars(context.money.spent),
  };
}

function announcementsOf(list: readonly Announcement[]): Told[] {
  return list.map(({ type, sessionId: _id, at: _at, ...rest }) => ({
    name: announced[type],
    data: inDollars(rest),
  }));
}

const amounts: ReadonlySet<string> = new Set(['spent', 'reserved', 'budget', 'cap', 'was', 'cost']);

function inDollars(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      amounts.has(name) ? toDollars(value as Usd) : value,
    ]),
  );
}

/** Phases that have moved, and what has become a person's to do. */
function movesOf(before: EpisodeSnapshot | undefined, after: EpisodeSnapshot): Told[] {
  const told: Told[] = [];
  for (const phase of phaseNames) {
    const { status, spent } = after.context.phases[phase];
    const name = status === before?.context.phases[phase].status ? undefined : phaseEvents[status];
    if (name) told.push({ name, data: { phase, state: stateName(after), phase_cost: toDollars(spent) } });
  }
  const known = new Set(before ? lastingNeeds(before).map(withoutDeadline) : []);
  for (const need of lastingNeeds(after))
    if (!known.has(withoutDeadline(need))) told.push({ name: 'person.needed', data: need });
  return told;
}

/** What is needed, in the words that stay when only its deadline changes: that makes no new need of it. */
function withoutDeadline({ text, deadline }: Need): string {
  return deadline === undefined ? text : text.slice(0, text.lastIndexOf(' ('));
}
