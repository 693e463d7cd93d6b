import { useStore } from '../live/store.js';
import { studio } from '../live/studio.js';
import { Age } from './age.js';

/** Says how old what is shown is, while the log that carries the production cannot be reached. */
export function OldCopyBanner() {
  const oldCopy = useStore(studio, (state) => state.oldCopy);
  if (!oldCopy) return null;
  return (
    <div class="old-copy" role="status" title={oldCopy.why}>
      This is this machine’s copy, <Age at={oldCopy.asOf} /> old: {oldCopy.of} does not answer. Nothing can be
      changed until it does; this page goes on by itself then.
    </div>
  );
}
