import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { ProductionStateManager } from '../../../src/index.js';
import type { RemoteLog } from '../../../src/journal/index.js';
import { expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { storm } from './four-machines.js';
import { Machine, type LogAddress } from './storm.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const cap = 50_000_000;
/** Holds of twelve dollars that fit into a day. */
const holdsADay = 4;

interface Booked {
  at: string;
  type: string;
  amount: number;
  date: string;
}

interface Line {
  commit?: {
    entries: {
      events: { type: string; at: string; amount?: number; cost?: number; day?: { date: string } }[];
    }[];
  };
}

/** Everything that a journal has booked on days, in its order. */
function bookedIn(journal: string): Booked[] {
  return journal
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as Line).commit?.entries ?? [])
    .flatMap(({ events }) =>
      events.flatMap(({ type, at, amount, cost, day }) =>
        day && (type === 'cost.reserve' || type === 'cost.recorded')
          ? [{ at, type, amount: amount ?? cost ?? 0, date: day.date }]
          : [],
      ),
    );
}

/** Sets the log's clock, at once for all that read it. */
function setAhead(file: string, aheadMs: number): number {
  writeFileSync(`${file}.new`, String(aheadMs));
  renameSync(`${file}.new`, file);
  return aheadMs;
}

/**
 * Four machines, one of them an hour ahead of the log and one an hour behind, hold what the day has and commit all the time while the log's day ends: gives
 * the money that each day had, and how far times went back between commits.
 */
export async function stormOverMidnight(
  log: LogAddress,
  open: () => RemoteLog,
): Promise<{ held: number[]; withinCap: boolean; onTheirDay: boolean; machines: number }> {
  const logAheadFile = join(temporaryDirectory(), 'ahead');
  const midnight = Math.ceil(Date.now() / dayMs) * dayMs;
  // Half an hour before the day's end, which comes when the day's money is gone.
  let aheadMs = setAhead(logAheadFile, midnight - hourMs / 2 - Date.now());
  const machines = [0, 0, hourMs, -hourMs].map(
    (skewMs, index) =>
      new Machine({
        name: `m${index}`,
        log,
        directory: temporaryDirectory(),
        episodes: 8,
        isSpending: 'each day',
        logAheadFile,
        skewMs,
      }),
  );
  onTestFinished(() => {
    for (const { process } of machines) process.kill('SIGKILL');
  });
  const held = (): number => machines.reduce((sum, machine) => sum + machine.held.length, 0);
  await storm(machines, async () => {
    while (held() < holdsADay) await wait(100);
    aheadMs = setAhead(logAheadFile, midnight - 2000 - Date.now());
    while (held() < 2 * holdsADay) await wait(100);
    // Time for one that is too many.
    await wait(1000);
  });
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.connect({
    log: open(),
    directory,
    clock: { now: () => new Date(Date.now() + aheadMs).toISOString() },
  });
  onTestFinished(() => manager.close().catch(() => {}));
  await expectSound(manager);
  const booked = bookedIn(journalText(directory));
  const told = machines.flatMap(({ acknowledged }) => acknowledged);
  expect(booked.filter(({ type }) => type === 'cost.recorded').length).toBeGreaterThanOrEqual(told.length);
  const dates = [...new Set(booked.map(({ date }) => date))];
  const sumOf = (date: string, type?: string): number =>
    booked
      .filter((each) => each.date === date && (type === undefined || each.type === type))
      .reduce((sum, { amount }) => sum + amount, 0);
  return {
    held: dates.map((date) => sumOf(date, 'cost.reserve')),
    withinCap: dates.every((date) => sumOf(date) <= cap),
    onTheirDay: booked.every(({ at, date }) => at.startsWith(date)),
    machines: new Set(told.map((key) => key.split('/')[0])).size,
  };
}
