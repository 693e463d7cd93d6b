import { expect, onTestFinished } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import type { RemoteLog } from '../../../src/journal/index.js';
import { expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import type { Place } from './network.js';
import { Machine, type LogAddress } from './storm.js';
import { costsIn, longestWait } from './waits.js';

const perHold = 12;
const dailyCap = 50;

/** Four machines, or one at each place, each with episodes that commit all the time and one that holds money until the day has no more. */
export function startFour(log: LogAddress, episodes: number, places?: readonly Place[]): Machine[] {
  const names = ['a', 'b', 'c', 'd'].slice(0, places?.length);
  const machines = names.map(
    (name, index) =>
      new Machine({
        name,
        log,
        directory: temporaryDirectory(),
        episodes,
        isSpending: true,
        namespace: places?.[index]?.namespace,
      }),
  );
  onTestFinished(() => {
    for (const { process } of machines) process.kill('SIGKILL');
  });
  return machines;
}

/** Runs them together for as long as `meanwhile` takes. */
export async function storm(machines: readonly Machine[], meanwhile: () => Promise<void>): Promise<void> {
  await Promise.all(machines.map(({ ready }) => ready));
  for (const machine of machines) machine.go();
  await meanwhile();
  await Promise.all(
    machines.map((machine) => (machine.process.signalCode === null ? machine.stop() : machine.ended)),
  );
}

/**
 * What a machine that comes afterwards finds: everything that was acknowledged, once, the money of the day to the last hold, and sound accounts. Gives
 * how many commits each machine made, and how often at most one episode committed while another waited.
 */
export async function expectTold(
  machines: readonly Machine[],
  log: RemoteLog,
): Promise<{ commits: number[]; longest: number }> {
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.connect({ log, directory });
  onTestFinished(() => manager.close().catch(() => {}));
  await expectSound(manager);
  const costs = costsIn(journalText(directory));
  const keys = costs.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const told = machines.flatMap(({ acknowledged }) => acknowledged);
  const found = new Set(keys);
  expect(told.filter((key) => !found.has(key))).toEqual([]);
  const states = await manager.listEpisodes();
  const sessions = states
    .map(({ session_id }) => session_id)
    .filter((id) => costs.some(({ session }) => session === id));
  expect(sessions.length).toBeGreaterThan(0);
  const alive = machines.filter(({ process }) => process.signalCode === null);
  expect(alive.map(({ refused }) => refused)).toEqual(alive.map(() => 'budget_reserved'));
  if (alive.length < machines.length) return { commits: [], longest: longestWait(costs, sessions) };
  const held = machines.reduce((sum, machine) => sum + machine.held.length, 0);
  expect(held).toBe(Math.floor((dailyCap - costs.length / 1_000_000) / perHold));
  return {
    commits: machines.map(({ acknowledged }) => acknowledged.length),
    longest: longestWait(costs, sessions),
  };
}
