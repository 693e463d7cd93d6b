import { formatUsd, type EpisodeContext, type RecordedEvent } from '../../machines/index.js';
import type { HistoryEntry } from '../record/index.js';
import type { TimelineEntry } from './api.js';
import { crewText } from '../shapes/crew-text.js';

/** What an event did, in a few words. `operationOf` finds the operation's name for a key. */
export function describeEvent(
  event: RecordedEvent,
  operationOf: (key: string) => string | undefined,
): string {
  const name = 'key' in event && event.key !== undefined ? (operationOf(event.key) ?? event.key) : '';
  switch (event.type) {
    case 'episode.created':
      return `created: ${event.topic}`;
    case 'episode.forked':
      return `forked, to go on at ${event.resume}`;
    case 'episode.scheduled':
      return `${[begins(event.startAt), due(event.dueBy)].flat().join(', ')}${by(event.by)}${because(event.reason)}`;
    case 'crew.chosen':
      return `made by ${crewText(event)}${event.options === null ? '' : `, with ${event.options}`}`;
    case 'phase.start':
      return `${event.phase} started`;
    case 'phase.complete':
      return `${event.phase} completed, checkpoint ${event.checkpoint.name}`;
    case 'phase.skip':
      return `${event.phase} skipped: ${event.reason}`;
    case 'phase.fulfill':
      return `${event.phase} fulfilled: ${event.reason}`;
    case 'phase.pause':
      return `${event.phase} paused${by(event.by)}${because(event.reason)}`;
    case 'phase.sleep':
      return `${event.phase} sleeps until ${event.until}`;
    case 'phase.resume':
      return `${event.phase} resumed`;
    case 'phase.failed':
      return `${event.phase} failed (${event.code}): ${event.message}`;
    case 'review.approve':
      return `${event.phase} approved${by(event.by)}${because(event.reason)}`;
    case 'review.reject':
      return `${event.phase} rejected${by(event.by)}: ${event.reason}`;
    case 'cost.reserve':
      return `${event.operation} reserved ${formatUsd(event.amount)}`;
    case 'cost.recorded':
      return `${event.operation} cost ${formatUsd(event.cost)}${event.estimated ? ' (estimated)' : ''}`;
    case 'cost.corrected':
      return `${event.operation} corrected from ${formatUsd(event.was)} to ${formatUsd(event.cost)}${by(event.by)}: ${event.reason}`;
    case 'operation.settled':
      return `${name} settled at ${formatUsd(event.cost)}${event.estimated ? ' (estimated)' : ''}`;
    case 'result.recorded':
      return `${name} given its result${by(event.by)}`;
    case 'artifact.edited':
      return `${event.path} edited${by(event.by)}${because(event.reason)}`;
    case 'operation.released':
      return `${name} released${event.code ? ` (${event.code})` : ''}`;
    case 'operation.held':
      return `${name} held: its outcome is unknown`;
    case 'operation.retry':
      return `${name} called again`;
    case 'checkpoint.save':
      return `checkpoint ${event.checkpoint.name} saved`;
    case 'checkpoint.restore':
      return `checkpoint ${event.name} restored, to go on at ${event.resume}`;
    case 'quality.recorded':
      return `${event.name} scored ${Number(event.value.toFixed(3))}`;
    case 'budget.raise':
      return `${event.scope} budget raised by ${formatUsd(event.amount)}${by(event.by)}: ${event.reason}`;
    case 'budget.set':
      return `${event.scope} budget set to ${formatUsd(event.amount)}${by(event.by)}: ${event.reason}`;
    case 'rules.changed':
      return 'goes by the changed policy from here on';
    case 'recovery.begin':
      return 'recovery began';
    case 'recovery.resume':
      return `recovery goes on at ${event.phase}`;
    case 'lease.claim':
      return `claimed by ${event.holder}`;
    case 'notice.begin':
      return 'a person is being told what it waits for';
    case 'notice.given':
      return 'a person was told what it waits for';
    case 'notice.failed':
      return `telling a person did not work: ${event.message}`;
    case 'notice.remind':
      return `reminded: ${event.reason}`;
    case 'lease.renew':
      return 'claim renewed';
    case 'lease.release':
      return 'claim released';
    case 'episode.cancelled':
      return `cancelled: ${event.reason}`;
    case 'episode.archive':
      return `archived${because(event.reason)}`;
    case 'episode.unarchive':
      return `brought back from the archive${because(event.reason)}`;
  }
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function by(name: string | undefined): string {
  return name === undefined ? '' : ` by ${name}`;
}

/** Looks a key up in what is open. */
export function openOperations(context: EpisodeContext | undefined): (key: string) => string | undefined {
  return (key) =>
    context && Object.hasOwn(context.operations, key) ? context.operations[key]?.operation : undefined;
}

/** A history as the page's timeline. */
export class Timeline {
  readonly #entries: TimelineEntry[] = [];
  readonly #names = new Map<string, string>();

  /** Takes in what has come next. */
  take({ position, at, by: writer, type, event, state, total_cost: total }: HistoryEntry): void {
    if (event.type === 'cost.reserve') this.#names.set(event.key, event.operation);
    const text = describeEvent(event, (key) => this.#names.get(key));
    this.#entries.push({ position, at, by: writer, type, state, total_cost: total, text });
  }

  /** What came after a journal position, oldest first. */
  after(position: number): TimelineEntry[] {
    return this.#entries.slice(this.#entries.findLastIndex((entry) => entry.position <= position) + 1);
  }
}

function begins(startAt: string | null | undefined): string[] {
  if (startAt === undefined) return [];
  return [startAt === null ? 'may begin at any time' : `not to begin before ${startAt}`];
}

function due(dueBy: string | null | undefined): string[] {
  if (dueBy === undefined) return [];
  return [dueBy === null ? 'due at no time' : `due by ${dueBy}`];
}
