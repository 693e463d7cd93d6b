import { readFileSync, readlinkSync } from 'node:fs';

/** A thread as the system names it, and how long it has been at work when it said so. */
export interface ThreadMark {
  /** Its folder in /proc. */
  task: string;
  /** Processor time. Milliseconds. */
  busyMs: number;
}

/** The thread that asks; undefined where the system does not tell (Linux does). */
export function thisThread(): ThreadMark | undefined {
  try {
    const task = `/proc/${readlinkSync('/proc/thread-self')}`;
    return { task, busyMs: statOf(task).busyMs };
  } catch {
    return undefined;
  }
}

/**
 * How much time a thread of this process has had: at work on a processor, or asleep. While it waits for a processor that others use it has none, so that
 * a busy machine takes nothing from anybody. Where threads are not told apart, the whole process counts, and never more than goes by.
 */
export class ThreadTime {
  /** Milliseconds. */
  hadMs = 0;
  #thread: ThreadMark | undefined;
  #at = performance.now();
  #process = process.cpuUsage();

  /** From here on this thread counts, beginning with what it has done since it made the mark. */
  follow(thread: ThreadMark): void {
    this.#thread = thread;
    this.hadMs = 0;
    this.look();
  }

  look(): void {
    const now = performance.now();
    const passed = now - this.#at;
    this.#at = now;
    this.hadMs += this.#thread === undefined ? this.#ofProcess(passed) : this.#ofThread(this.#thread, passed);
  }

  #ofThread(thread: ThreadMark, passed: number): number {
    try {
      const { busyMs, isAsleep } = statOf(thread.task);
      const busy = busyMs - thread.busyMs;
      this.#thread = { ...thread, busyMs };
      return isAsleep && busy === 0 ? passed : busy;
    } catch {
      return 0;
    }
  }

  #ofProcess(passed: number): number {
    const { user, system } = process.cpuUsage(this.#process);
    this.#process = process.cpuUsage();
    const busy = (user + system) / 1000;
    return busy < passed * leastBusy ? passed : Math.min(busy, passed);
  }
}

/** A process of which no thread has had this share of the time is asleep. */
const leastBusy = 0.1;
/** Linux counts in hundredths of a second whatever the kernel's own clock is. */
const tickMs = 10;

function statOf(task: string): { busyMs: number; isAsleep: boolean } {
  const text = readFileSync(`${task}/stat`, 'latin1');
  // The second field is a name in brackets, which may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { isAsleep: fields[0] === 'S', busyMs: (Number(fields[11]) + Number(fields[12])) * tickMs };
}
