import type { Disk } from '../disk/index.js';

interface Following {
  disk: Disk;
  directory: string;
  /** How far this handle has looked. */
  position: () => number;
  /** Where the journal's bytes end now. */
  end: () => number;
  onChange: () => void;
  pollMs: number;
}

/** Watches the journal's folder, and looks at its size now and then as well: watching misses events on some systems. */
export function follow({ disk, directory, position, end, onChange, pollMs }: Following): () => void {
  let due = false;
  const notify = (): void => {
    if (due) return;
    due = true;
    // One look for a burst of events.
    setImmediate(() => {
      due = false;
      onChange();
    });
  };
  const stopWatching = disk.watch(directory, notify);
  const timer = setInterval(() => {
    try {
      if (end() > position()) notify();
    } catch {
      // The next commit or query will meet the same problem and can report it.
    }
  }, pollMs);
  timer.unref();
  return () => {
    stopWatching();
    clearInterval(timer);
  };
}
