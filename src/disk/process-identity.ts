import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../../machines/index.js';

let own: ProcessIdentity | undefined;

/** This process, as others on this machine can look for it. */
export function thisProcess(): ProcessIdentity {
  own ??= { machine: thisMachine(), pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' };
  return own;
}

/**
 * Whether a process of this machine is gone for certain: its number is free, or belongs to one that started at another time. Of other
 * machines, and where a start cannot be told, nobody knows: false.
 */
export function isGone({ machine, pid, startedAt }: ProcessIdentity): boolean {
  if (machine !== thisMachine()) return false;
  if (!isThere(pid)) return true;
  const started = startOf(pid);
  return started !== undefined && startedAt !== 'unknown' && started !== startedAt;
}

/** Whether a claim keeps others away at a time: it has not expired, and its process is not known to be gone. */
export function isLiveClaim(
  claim: { until: string; process?: ProcessIdentity | undefined } | null,
  now: string,
): boolean {
  if (claim === null || Date.parse(claim.until) <= Date.parse(now)) return false;
  return !(claim.process && isGone(claim.process));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

let machine: string | undefined;

/** A boot of a machine, and the container on it: what has process numbers of its own. */
function thisMachine(): string {
  machine ??= [
    hostname(),
    read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    read(() => readlinkSync('/proc/self/ns/pid')),
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  return machine;
}

const zombie = 'ended, and not yet reaped';

/** When a process started, in whatever words the system has for it; undefined where it cannot be told. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux')
    return read(() => {
      // The name, in brackets, may hold spaces; the state and, nineteen fields on, the start follow it (proc_pid_stat(5)).
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? zombie : fields[19];
    });
  if (process.platform === 'win32') return undefined;
  return read(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 }).trim(),
  );
}

function read(look: () => string | undefined): string | undefined {
  try {
    return look() || undefined;
  } catch {
    return undefined;
  }
}
