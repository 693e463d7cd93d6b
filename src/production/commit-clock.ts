import { commitTime, type Clock } from './clock.js';

/** A time that a commit gets. */
export interface CommitTime {
  at: string;
  /** What the writer's clock said, where that is ahead of everybody's: then `at` is the disk's time. */
  ahead?: string | undefined;
}

/** How far a clock was found to be ahead of the disk's, and when. Milliseconds. */
interface Skew {
  aheadMs: number;
  saidMs: number;
  /** By a clock that nobody sets. */
  steadyMs: number;
}

/** As far as clocks of machines that work together may differ: what Kerberos takes (RFC 4120, section 7.5.1). */
const toleratedSkewMs = 300_000;
/** How long a skew is taken to be what it was. */
const skewLastsMs = 60_000;
const setMs = 1000;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Whether the clock has not gone as far as a steady one: it was set, or the machine slept. */
function wasSet({ saidMs, steadyMs }: Skew, nowMs: number): boolean {
  return Math.abs(nowMs - saidMs - (performance.now() - steadyMs)) > setMs;
}

/**
 * The clock that commits go by: the handle's own. Where others have written last, and it is ahead of them and of the disk, which agrees with
 * them, the disk's time counts: otherwise their claims would seem over, its own would last for days, money would be booked on a day that has not come,
 * and whoever has the right time would be refused. Who has written last himself, or is the first, decides what time it is.
 */
export class CommitClock {
  readonly #clock: Clock;
  readonly #diskTime: () => number | undefined;
  #skew: Skew | undefined;

  /** `diskTime` gives the disk's own time in milliseconds; undefined where it cannot be had. */
  constructor(clock: Clock, diskTime: () => number | undefined) {
    this.#clock = clock;
    this.#diskTime = diskTime;
  }

  /** What the clock says. */
  said(): string {
    return this.#clock.now();
  }

  /** The time for whoever only looks. Asks no disk. */
  shown(): string {
    const said = this.said();
    const saidMs = Date.parse(said);
    return this.#skew && !wasSet(this.#skew, saidMs) ? iso(saidMs - this.#skew.aheadMs) : said;
  }

  /** What the disk's time is, where the clock is ahead of it. */
  diskBehind(): string | undefined {
    const skew = this.#measure(Date.parse(this.said()));
    return skew && skew.aheadMs > toleratedSkewMs ? iso(skew.saidMs - skew.aheadMs) : undefined;
  }

  /**
   * The time of the next commit after `lastAt`; `isOwn` says whether this handle wrote that.
   * @throws ProductionError `clock_backwards`.
   */
  next(lastAt: string, isOwn: boolean): CommitTime {
    const said = this.said();
    if (this.#skew === undefined && (isOwn || said <= lastAt)) return { at: commitTime(said, lastAt) };
    const disk = this.#diskTimeFor(said, lastAt);
    return disk === undefined
      ? { at: commitTime(said, lastAt) }
      : { at: disk < lastAt ? lastAt : disk, ahead: said };
  }

  /** Somebody has said which clock is right. */
  forget(): void {
    this.#skew = undefined;
  }

  /** The disk's time, where the clock is ahead of it and of the last commit, and these two agree. */
  #diskTimeFor(said: string, lastAt: string): string | undefined {
    const saidMs = Date.parse(said);
    const lastMs = Date.parse(lastAt);
    // Not ahead, or nobody to be ahead of.
    if (!(saidMs - lastMs > toleratedSkewMs)) {
      this.#skew = undefined;
      return undefined;
    }
    const skew = this.#known(saidMs) ?? this.#measure(saidMs);
    const diskMs = skew && saidMs - skew.aheadMs;
    const isAhead =
      diskMs !== undefined && saidMs - diskMs > toleratedSkewMs && lastMs - diskMs <= toleratedSkewMs;
    this.#skew = isAhead ? skew : undefined;
    return isAhead ? iso(diskMs) : undefined;
  }

  #known(saidMs: number): Skew | undefined {
    const skew = this.#skew;
    return skew && performance.now() - skew.steadyMs < skewLastsMs && !wasSet(skew, saidMs)
      ? skew
      : undefined;
  }

  #measure(saidMs: number): Skew | undefined {
    const diskMs = this.#diskTime();
    return diskMs === undefined
      ? undefined
      : { aheadMs: saidMs - diskMs, saidMs, steadyMs: performance.now() };
  }
}
