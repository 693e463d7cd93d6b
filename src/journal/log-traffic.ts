/** What has gone on between this process and the log that carries its journal, since it was opened. */
export interface LogTraffic {
  /** What the log is and where, without passwords. */
  readonly name: string;
  /** Appends that landed. */
  landed: number;
  /** Appends before which another process came: decided again. */
  conflicts: number;
  /** Appends that were sent again since no answer came. */
  resends: number;
  /** Appends whose outcome stayed unknown. */
  unknown: number;
  /** Turns that were waited for, and for how long in all. Milliseconds. */
  turns: number;
  waitedMs: number;
  /** When the copy last had everything that the log had, on this process's own clock. Milliseconds since 1970. */
  currentAtMs: number;
}

export function newTraffic(name: string): LogTraffic {
  return { name, landed: 0, conflicts: 0, resends: 0, unknown: 0, turns: 0, waitedMs: 0, currentAtMs: 0 };
}
