// What comes after a pause is shown soon; while commits go on, documents rest: a file system's sync has to carry them too (Node 20.20, ext4: 25 µs of each commit).
const restBetween = 3;
// How much of a process's time documents may take: of one that has nothing else to do, and of one that is busy.
const idleShare = 1 / 5;
const busyShare = 1 / 20;
const busyFrom = 0.5;

/**
 * How long documents rest after they have been written. Pure. Milliseconds.
 * @param tookMs what writing them took of the process's time; `utilization` is the event loop's since the time before, 0–1; `afterMs` how late they may be after a pause.
 */
export function restMs({
  tookMs,
  utilization,
  afterMs,
}: {
  tookMs: number;
  utilization: number;
  afterMs: number;
}): number {
  const share = utilization < busyFrom ? idleShare : busyShare;
  return Math.max(afterMs * restBetween, tookMs / share);
}
