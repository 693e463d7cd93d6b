import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { addUsd, toDollars, type Usd } from '../../machines/index.js';
import { decodeJson, readPlainFile } from '../disk/index.js';
import { HookCounted } from './hook-counted.js';
import { hooksFolder, largestNotes } from './hooks-folder.js';

/** What hooks have denied, and would have denied in shadow, over all sessions of hosts. */
export interface HookCounts {
  denied: number;
  would_deny: Record<string, number>;
  /** How many that are. */
  would_deny_calls: number;
  /** The most that they could have cost, in decimal dollars. */
  would_deny_cost: number;
  unpriced: Record<string, number>;
  unpriced_calls: number;
}

/** What all sessions have counted together; what cannot be read counts nothing. */
export function hookCounts(directory: string): HookCounts {
  const all = namesIn(join(directory, hooksFolder)).flatMap((name) => countedIn(directory, name));
  const wouldDeny = added(all.map((each) => each.would_deny));
  const unpriced = added(all.map((each) => each.unpriced));
  return {
    denied: all.reduce((sum, { denied }) => sum + denied, 0),
    would_deny: wouldDeny,
    would_deny_calls: totalOf(wouldDeny),
    would_deny_cost: toDollars(all.reduce((sum, each) => addUsd(sum, each.would_deny_usd as Usd), 0 as Usd)),
    unpriced,
    unpriced_calls: totalOf(unpriced),
  };
}

function added(records: readonly Record<string, number>[]): Record<string, number> {
  const sum = new Map<string, number>();
  for (const [tool, count] of records.flatMap((each) => Object.entries(each)))
    sum.set(tool, (sum.get(tool) ?? 0) + count);
  return Object.fromEntries(sum);
}

const totalOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function countedIn(directory: string, name: string): z.infer<typeof HookCounted>[] {
  const found = readPlainFile(join(directory, hooksFolder, name), {
    largest: largestNotes,
    within: directory,
  });
  if ('refused' in found) return [];
  try {
    const read = HookCounted.safeParse(decodeJson(found.bytes));
    return read.success ? [read.data] : [];
  } catch {
    return [];
  }
}
