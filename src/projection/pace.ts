// What comes after a pause is shown soon; while commits go on, documents rest: a file system's sync has to carry them too (Node 20.20, ext4: 25 µs of each commit).
const restBetween = 3;
// How much of a process's time documents may take: of one that has nothing else to do, and of one that is busy.
const idleShare = 1 / 5;
const busyShare = 1 / 20;
const busyFrom = 0.5;

/**
 * How long documents rest after they have been written. Pure. Milliseconds.
 * @param tookMs what writing them took of the process's time, and `pausedMs` what it left to others meanwhile; `utilization` is the event loop's since the time before, 0–1;
 * `afterMs` how late they may be after a pause.
 */
export function restMs({
  tookMs,
  pausedMs = 0,
  utilization,
  afterMs,
}: {
  tookMs: number;
  pausedMs?: number;
  utilization: number;
  afterMs: number;
}): number {
  const share = isBusy(utilization) ? busyShare : idleShare;
  return Math.max(afterMs * restBetween, tookMs / share - pausedMs);
}

/** How long documents that have taken so much of a busy process's time leave the rest to others, amid writing. Pure. Milliseconds. */
export function pauseMs(tookMs: number): number {
  return tookMs / busyShare - tookMs;
}

/** Whether a process has enough else to do for documents to make way, by its event loop's utilization, 0–1. */
export function isBusy(utilization: number): boolean {
  return utilization >= busyFrom;
}
