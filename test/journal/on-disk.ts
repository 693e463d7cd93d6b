import { readdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { Journal, type JournalOptions } from '../../src/journal/index.js';
import type { ScanRange } from '../../src/journal/scan.js';
import { temporaryDirectory } from '../support/temporary.js';

export const machine = { id: 'episode', version: 2, hash: 'abc' };

/** A journal on the real disk; closed when the test is over. */
export function open(directory: string, options: Partial<JournalOptions> = {}): Journal {
  const journal = Journal.open({
    directory,
    disk: nodeDisk,
    machine,
    program: 'showrunner 9',
    now: () => '2025-01-01T00:00:00.000Z',
    ...options,
  });
  onTestFinished(() => journal.close());
  return journal;
}

/** The commits that a walk of its own finds. */
export function texts(journal: Journal, range: ScanRange = {}): string[] {
  const found: string[] = [];
  journal.scan(({ text }) => found.push(text), range);
  return found;
}

/** Appends until it lands, as the engine does. */
export async function commit(journal: Journal, ...bodies: string[]): Promise<void> {
  for (let rest = bodies; rest.length > 0;) {
    journal.refresh(() => {});
    const { landed, error } = await journal.append(rest);
    if (error) throw error;
    rest = rest.slice(landed.length);
  }
}

/** Six commits in three segments or more. */
export async function severalSegments(): Promise<{ directory: string; journal: Journal; bodies: string[] }> {
  const directory = temporaryDirectory();
  const journal = open(directory, { segmentBytes: 400 });
  const bodies = Array.from({ length: 6 }, (_, n) => JSON.stringify({ n, text: 'x'.repeat(80) }));
  for (const body of bodies) await commit(journal, body);
  return { directory, journal, bodies };
}

export const files = (directory: string): string[] => readdirSync(directory).sort();
