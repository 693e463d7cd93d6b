import { escapeForTerminal } from '../../machines/escape.js';
import type { Context } from './command.js';
import { countOf } from './count-of.js';

const quietMs = 1000;

// When something was last said since the process began: however many go on one after the other, there is one silence.
let saidAt = 0;

/** Whether a second has passed in silence; then the next one begins. */
function isDue(): boolean {
  const now = performance.now();
  if (now - saidAt < quietMs) return false;
  saidAt = now;
  return true;
}

/** Says now and then which file is being checked: gigabytes of audio take their time. */
export function fileProgress({ note }: Pick<Context, 'note'>): (path: string) => void {
  let checked = 0;
  return (path) => {
    checked += 1;
    if (isDue()) note(`checking file ${checked}: ${escapeForTerminal(path)}`);
  };
}

/** Says now and then which file of a journal is read, where no commits are heard of. */
export function segmentProgress({ note }: Pick<Context, 'note'>): (path: string) => void {
  return (path) => {
    if (isDue()) note(`looking through the journal: ${escapeForTerminal(path)}`);
  };
}

/** Says now and then how far a journal has been read. */
export function journalProgress(
  { note }: Pick<Context, 'note'>,
  doing = 'auditing the journal',
): (read: number, end: number) => void {
  let commits = 0;
  return (read, end) => {
    commits += 1;
    if (isDue())
      note(
        `${doing}: ${countOf(commits, 'commit')}, ${Math.min(100, Math.floor((100 * read) / end))} percent`,
      );
  };
}

/** Says now and then how much of how much has been gone through, in bytes. */
export function byteProgress(
  context: Pick<Context, 'note'>,
  doing: string,
): (done: number, all: number) => void {
  return countProgress(context, doing, (done, all) => `${megabytes(done)} of ${megabytes(all)} MB`);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Says now and then how many of how many have been gone through. */
export function countProgress(
  { note }: Pick<Context, 'note'>,
  doing: string,
  shown = (done: number, all: number): string => `${done} of ${all}`,
): (done: number, all: number) => void {
  return (done, all) => {
    if (isDue()) note(`${doing}: ${shown(done, all)}`);
  };
}

/** Says each second that something which tells nothing of itself goes on, and for how long, until it is ended. */
export function stillDoing({ note }: Pick<Context, 'note'>, doing: string): { end: () => void } {
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += 1;
    note(`${doing}, for ${seconds} s`);
  }, quietMs).unref();
  return { end: () => clearInterval(timer) };
}
