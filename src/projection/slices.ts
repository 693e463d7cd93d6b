import { performance } from 'node:perf_hooks';
import { isBusy, pauseMs } from './pace.js';

const sliceMs = 3;

/**
 * Lets commits and I/O have their turn whenever documents have held them up for a few milliseconds. In a busy process that turn is long: documents
 * take their share a slice at a time, and not all of it at once.
 */
export class Slices {
  pausedMs = 0;
  #since = performance.now();
  #earlierMs = 0;
  #makesWay: boolean;
  #goOn: (() => void) | undefined;

  constructor(makesWay: boolean) {
    this.#makesWay = makesWay;
  }

  turn(): Promise<void> | undefined {
    const took = performance.now() - this.#since;
    if (took < sliceMs) return undefined;
    this.#earlierMs += took;
    if (this.#makesWay) return this.#pause(pauseMs(took));
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      });
    });
  }

  /** Somebody waits for the documents: no more pauses. */
  hurry(): void {
    this.#makesWay = false;
    this.#goOn?.();
  }

  #pause(forMs: number): Promise<void> {
    const began = performance.now();
    const before = performance.eventLoopUtilization();
    return new Promise((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        this.#goOn = undefined;
        // Nobody is left to make way for.
        if (!isBusy(performance.eventLoopUtilization(before).utilization)) this.#makesWay = false;
        this.#since = performance.now();
        this.pausedMs += this.#since - began;
        resolve();
      };
      const timer = setTimeout(goOn, forMs);
      this.#goOn = goOn;
    });
  }

  /** Waits for what others do; that time is not the documents'. */
  async elsewhere<Result>(work: Promise<Result>): Promise<Result> {
    this.#earlierMs += performance.now() - this.#since;
    const result = await work;
    this.#since = performance.now();
    return result;
  }

  totalMs(): number {
    return this.#earlierMs + performance.now() - this.#since;
  }
}
