import { parsePersisted } from './episode/persisted.js';
import type { PersistedEpisode } from './episode/context.js';
import { keyTreeOf } from './episode/key-tree.js';
import type { RecordedEvent } from './episode/events.js';
import { parseRecorded } from './episode/parse-recorded.js';
import { ProductionError } from './errors.js';

/** The step from one machine version to the next. Pure: its functions must not change what they are given. */
export interface Migration {
  /** Turns a persisted snapshot of the one version into one of the next. */
  snapshot: (persisted: unknown) => unknown;
  /** Turns a recorded event of the one version into one of the next. */
  event: (event: unknown) => unknown;
}

/**
 * The one at index n - 1 leads from version n to n + 1. Add one whenever `machineVersion` rises. The last one is open until its version is
 * released; those before it are never changed.
 */
export const migrations: readonly Migration[] = [
  // 2: three ways of the chart that could never be taken are gone. Phases count revisions; an episode has a key, its pause and its reviews,
  // and what is settled is kept as a tree that grows without being copied, as is what of it is estimated, which version 1 did not note. Rules follow the policy, but for those that an episode was given:
  // which of the approvals that it waits for are its own, version 1 does not say, so it keeps them all. It may be started at any time, and is never late; of its crew it says nothing. From when on its phase's limit counts it does not say either.
  { snapshot: withRevisions, event: upcastEvent },
];

type Json = Record<string, unknown>;

function withRevisions(persisted: unknown): unknown {
  if (!isObject(persisted) || !isObject(persisted['context'])) return persisted;
  const { phases, settled, ...others } = persisted['context'];
  const paid = isObject(settled) ? keyTreeOf(settled) : settled;
  return {
    ...persisted,
    context: {
      key: null,
      importedAt: null,
      startAt: null,
      dueBy: null,
      filesMovedTo: null,
      pause: null,
      reviews: [],
      limit: null,
      sleeps: {},
      notices: {},
      crew: null,
      paid,
      estimates: {},
      own: ownApprovals(others['rules']),
      ...others,
      phases: revised(phases),
    },
  };
}

/** Creations carry rules; forks and restores carry phases. Recoveries did not yet let operations be called anew. */
function upcastEvent(event: unknown): unknown {
  if (isObject(event) && event['type'] === 'recovery.begin') return { ...event, keepsTries: true };
  if (isObject(event) && event['type'] === 'episode.created')
    return { own: ownApprovals(event['rules']), ...event };
  return isObject(event) && 'phases' in event ? { ...event, phases: revised(event['phases']) } : event;
}

function ownApprovals(rules: unknown): Json {
  const approvals = isObject(rules) ? rules['approvals'] : undefined;
  return Array.isArray(approvals) && approvals.length > 0 ? { approvals } : {};
}

function revised(phases: unknown): unknown {
  if (!isObject(phases)) return phases;
  const entries = Object.entries(phases).map(([name, phase]) => [
    name,
    isObject(phase) ? { revision: 1, ...phase } : phase,
  ]);
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A persisted snapshot of version `fromVersion`, brought to this program's version and checked.
 * @throws ProductionError `production_upgraded` for a newer version, `invalid_input` when the outcome is no episode.
 */
export function migrate(
  persisted: unknown,
  fromVersion: number,
  steps: readonly Migration[] = migrations,
): PersistedEpisode {
  const due = stepsFrom(fromVersion, steps);
  return parsePersisted(due.reduce<unknown>((snapshot, step) => step.snapshot(snapshot), persisted));
}

/**
 * A recorded event of version `fromVersion`, brought to this program's version and checked.
 * @throws ProductionError `production_upgraded` for a newer version, `invalid_input` when the outcome is no event.
 */
export function upcast(
  event: unknown,
  fromVersion: number,
  steps: readonly Migration[] = migrations,
): RecordedEvent {
  const due = stepsFrom(fromVersion, steps);
  return parseRecorded(
    due.reduce<unknown>((older, step) => step.event(older), event),
    'event',
  );
}

function stepsFrom(version: number, steps: readonly Migration[]): readonly Migration[] {
  const current = steps.length + 1;
  if (!Number.isInteger(version) || version < 1) {
    throw new ProductionError(
      'invalid_input',
      `version: ${String(version)} is not the version of a machine, which is a whole number from 1.`,
      { field: 'version' },
    );
  }
  if (version > current) {
    throw new ProductionError(
      'production_upgraded',
      `what was read is of machine version ${version}, and this program knows versions up to ${current}; upgrade Showrunner to open it.`,
      { field: 'version' },
    );
  }
  return steps.slice(version - 1);
}
