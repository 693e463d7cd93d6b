import { parsePersisted } from './episode/persisted.js';
import type { PersistedEpisode } from './episode/context.js';
import { machineVersion } from './episode/machine.js';
import { ProductionError } from './errors.js';

/** Turns a persisted snapshot of one machine version into one of the next. Pure: it must not change what it is given. */
export type Migration = (persisted: unknown) => unknown;

/** The one at index n - 1 leads from version n to n + 1. Add one whenever {@link machineVersion} rises, and never change an old one. */
export const migrations: readonly Migration[] = [];

/**
 * A persisted snapshot of version `fromVersion`, brought to this program's version and checked.
 * @throws ProductionError `production_upgraded` for a newer version, `invalid_input` when the outcome is no episode.
 */
export function migrate(
  persisted: unknown,
  fromVersion: number,
  steps: readonly Migration[] = migrations,
): PersistedEpisode {
  const current = steps === migrations ? machineVersion : steps.length + 1;
  if (!Number.isInteger(fromVersion) || fromVersion < 1) {
    throw new ProductionError(
      'invalid_input',
      `version: ${String(fromVersion)} is not the version of a machine, which is a whole number from 1.`,
      { field: 'version' },
    );
  }
  if (fromVersion > current) {
    throw new ProductionError(
      'production_upgraded',
      `the snapshot is of machine version ${fromVersion}, and this program knows versions up to ${current}; upgrade Showrunner to open it.`,
      { field: 'version' },
    );
  }
  return parsePersisted(
    steps.slice(fromVersion - 1).reduce<unknown>((snapshot, step) => step(snapshot), persisted),
  );
}
