import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../live/store.js';
import { studio } from '../live/studio.js';

/** Says how old what is shown is, while the log that carries the production cannot be reached. */
export function OldCopyBanner() {
  const oldCopy = useStore(studio, (state) => state.oldCopy);
  const [, tick] = useState(0);
  useEffect(() => {
    if (!oldCopy) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [oldCopy]);
  if (!oldCopy) return null;
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(oldCopy.asOf)) / 1000));
  const age = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return (
    <div class="old-copy" role="status" title={oldCopy.why}>
      This is this machine’s copy, {age} old: {oldCopy.of} does not answer. Nothing can be changed until it
      does; this page goes on by itself then.
    </div>
  );
}
