import { ProductionError } from '../../machines/index.js';

/** A build's statechart, as its journal's headers name it. */
export interface ChartIdentity {
  version: number;
  /** Of its structure. */
  hash: string;
}

/** Whether who has `own` may not write behind who had `found`: an older chart, or another one of the same number. */
export function isOutdated(own: ChartIdentity, found: ChartIdentity): boolean {
  return own.hash !== found.hash && own.version <= found.version;
}

/** What whoever {@link isOutdated} is told. */
export function outdated(own: ChartIdentity, found: ChartIdentity): ProductionError {
  const advice =
    own.version === found.version
      ? 'use the same build of showrunner on every machine'
      : 'upgrade showrunner on this one';
  return new ProductionError(
    'production_upgraded',
    `the log is written with version ${found.version} of the statechart (${found.hash}), and this program has ${own.version} (${own.hash}): ${advice}. Nothing was written.`,
  );
}
