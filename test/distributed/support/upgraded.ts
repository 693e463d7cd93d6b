import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { episodeMachine, machineVersion } from '../../../machines/index.js';
import { nodeDisk } from '../../../src/disk/index.js';
import { CarriedJournal } from '../../../src/journal/index.js';
import type { RemoteLog } from '../../../src/journal/index.js';
import { expectSound, openProduction } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { storm } from './four-machines.js';
import { Machine, type LogAddress } from './storm.js';
import { costsIn } from './waits.js';

interface Chart {
  version: number;
  hash: string;
}

/** What the first append of a program with the chart's next version is: it ends the segment, and begins one of its own. */
async function writeAs(next: Chart, log: RemoteLog, directory: string): Promise<void> {
  const now = (): string => new Date().toISOString();
  const journal = await CarriedJournal.open({
    log,
    directory: join(directory, 'journal'),
    disk: nodeDisk,
    machine: { id: episodeMachine.id, ...next },
    program: 'showrunner 99.0.0',
    now,
    ownTime: now,
  });
  const giveBack = await journal.turn();
  await journal.pull();
  journal.refresh(() => {});
  const { error } = await journal.append(['{}']);
  await giveBack();
  if (error) throw error;
  await journal.close();
}

/**
 * A program with the chart's next version writes while four machines commit all the time: gives what those were told then, what they had been told of and is not there, and how
 * many bytes came after the new segment's header.
 */
export async function upgradeAmid(
  address: LogAddress,
  open: (chart: Chart) => RemoteLog,
): Promise<{ refused: (string | undefined)[]; lost: string[]; after: number }> {
  const machines = ['a', 'b', 'c', 'd'].map(
    (name) => new Machine({ name, log: address, directory: temporaryDirectory(), episodes: 8 }),
  );
  onTestFinished(() => {
    for (const { process } of machines) process.kill('SIGKILL');
  });
  const next = { version: machineVersion + 1, hash: 'next' };
  const directory = temporaryDirectory();
  await storm(machines, async () => {
    await wait(1500);
    await writeAs(next, open(next), directory);
    await wait(1500);
  });
  // As the last program left it: without the end of its segment, and the new one.
  const left = temporaryDirectory();
  cpSync(join(directory, 'journal'), join(left, 'journal'), { recursive: true });
  const folder = join(left, 'journal');
  const segments = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .toSorted();
  const header = readFileSync(join(folder, segments.at(-1) ?? ''), 'utf8');
  rmSync(join(folder, segments.at(-1) ?? ''));
  rmSync(join(folder, 'carried-by-a-log'), { force: true });
  const last = join(folder, segments.at(-2) ?? '');
  const text = readFileSync(last, 'utf8');
  writeFileSync(last, text.replace(/[^\n]*\n$/, ''));
  const manager = await openProduction(left);
  await expectSound(manager);
  const found = new Set(costsIn(text).map(({ key }) => key));
  return {
    refused: machines.map(({ refused }) => refused),
    lost: machines.flatMap(({ acknowledged }) => acknowledged).filter((key) => !found.has(key)),
    after: header.length - header.indexOf('\n') - 1,
  };
}
