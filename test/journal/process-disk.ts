import type { Disk, Redo } from '../../src/disk/index.js';
import type { MemoryDisk } from '../../src/testing/index.js';

type Any = (...args: unknown[]) => unknown;

/** A disk as one process has it: something may happen before each of its calls, and a process that was killed has none any more. */
export class ProcessDisk {
  /** Called before each call with its name and number, counted from 1 on; calls that it makes itself on this process are not told to it. */
  before: ((name: string, nth: number) => void) | undefined;
  readonly disk: Disk;
  #calls = 0;
  #isDead = false;
  #isTelling = false;
  /** Processes have buffers of their own; here whoever comes in between uses the same one. */
  #written: Uint8Array | undefined;

  constructor(disk: MemoryDisk) {
    const { redo } = disk;
    const own = redo && {
      ...redo,
      open: this.#wrap('redo.open', redo.open as Any) as Redo['open'],
      write: this.#wrap('redo.write', redo.write as Any),
      nameOf: this.#wrap('redo.nameOf', redo.nameOf as Any) as Redo['nameOf'],
    };
    this.disk = new Proxy<Disk>(disk, {
      get: (target, name: keyof Disk) => {
        if (name === 'redo') return own;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? this.#wrap(name, (member as Any).bind(target)) : member;
      },
    });
  }

  get calls(): number {
    return this.#calls;
  }

  /** As by a signal: what it has begun is never finished, and nothing is closed. */
  kill(): void {
    this.#isDead = true;
  }

  #wrap(name: string, call: Any): Any {
    return (...args) => {
      if (name === 'write' || name === 'redo.write') this.#written = args[1] as Uint8Array;
      this.#enter(name);
      return call(...args);
    };
  }

  #enter(name: string): void {
    if (!this.#isDead && !this.#isTelling) {
      this.#calls += 1;
      this.#isTelling = true;
      const kept = this.before && this.#written && Buffer.from(this.#written);
      try {
        this.before?.(name, this.#calls);
      } finally {
        this.#isTelling = false;
        if (kept) this.#written?.set(kept);
      }
    }
    if (this.#isDead) throw Object.assign(new Error(`killed before ${name}`), { code: 'EIO' });
  }
}
