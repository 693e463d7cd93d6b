// Commits line by line, in bursts, beside others: node sealing.mjs <directory> <name> <calls after its third seal at which it kills itself>.
import { readlinkSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { Journal } from '../../src/journal/index.js';
import { machine } from './lone-story.js';

const [directory = '', name = '', killedAt = '0'] = process.argv.slice(2);
const lastSeal = 3;
let seals = 0;
let calls = 0;
let redone = 0;

/** Before each call on the disk; the write of a seal is the first that counts. */
function pass(call: string | symbol, args: readonly unknown[]): void {
  if (call === 'write' && args[1] instanceof Uint8Array && Buffer.from(args[1]).includes('"seal":'))
    seals += 1;
  if (seals < lastSeal) return;
  if (calls === Number(killedAt)) process.kill(process.pid, 'SIGKILL');
  calls += 1;
}

function passing<Calls extends object>(calls: Calls): Calls {
  return new Proxy(calls, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        pass(key, args);
        return (member as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

/** How much of a file is on disk for certain, by its name. */
const durable = new Map<string, number>();

function tellDurable(path: string, bytes: number): void {
  durable.set(path, bytes);
  writeSync(1, `durable ${basename(path)} ${bytes}\n`);
}

const { redo } = nodeDisk;
const disk: Disk = {
  ...passing({
    ...nodeDisk,
    sync(fd: number): void {
      const { size } = nodeDisk.statOpen(fd);
      nodeDisk.sync(fd);
      tellDurable(readlinkSync(`/proc/self/fd/${fd}`), size);
    },
    link(from: string, to: string): void {
      nodeDisk.link(from, to);
      tellDurable(to, durable.get(from) ?? 0);
    },
  }),
  ...(redo && {
    redo: passing({
      ...redo,
      after: 1,
      idleMs: 30,
      write(fd: number, bytes: Uint8Array, at: number): void {
        redo.write(fd, bytes, at);
        redone += 1;
      },
    }),
  }),
};
const journal = Journal.open({
  directory,
  disk,
  machine,
  program: 'test',
  now: () => '2025-01-01T00:00:00.000Z',
  segmentBytes: 4000,
  // However slow the disk is beside other tests, its syncs are done in place.
  inlineSyncBelowMs: 60_000,
});
for (let n = 0; ;) {
  journal.refresh(() => {});
  const text = JSON.stringify({ name, n, text: 'x'.repeat(80) });
  const before = redone;
  const { landed, error } = await journal.append([text]);
  if (error) throw error;
  if (landed.length === 0) continue;
  writeSync(1, `${redone > before ? 'redone' : 'synced'} ${text}\n`);
  n += 1;
  if (n % 9 === 0) await wait(n % 4);
}
