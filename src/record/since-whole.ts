/** How many deltas have followed a session's last whole snapshot in the journal, and how many bytes that one took. */
export interface SinceWhole {
  deltas: number;
  bytes: number;
}

/** Where nobody knows how far back the last whole snapshot lies. */
export const longSince: SinceWhole = { deltas: Number.MAX_SAFE_INTEGER, bytes: 0 };

const fewestDeltas = 32;
const bytesOfDelta = 512;

/**
 * Whether a whole snapshot is to be written again, so that no reader has to go back far. A large one comes only after as many bytes of
 * deltas: an episode's commits stay as cheap as they were, however much it remembers.
 */
export function isWholeDue({ deltas, bytes }: SinceWhole): boolean {
  return deltas >= Math.max(fewestDeltas, bytes / bytesOfDelta);
}

/** After one more commit; `wholeBytes` is the size of the snapshot that it carries, undefined for a delta. */
export function sinceAfter({ deltas, bytes }: SinceWhole, wholeBytes: number | undefined): SinceWhole {
  return wholeBytes === undefined ? { deltas: deltas + 1, bytes } : { deltas: 0, bytes: wholeBytes };
}
