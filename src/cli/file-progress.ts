import { escapeForTerminal } from '../../machines/escape.js';
import type { Context } from './command.js';

const quietMs = 1000;

/** Whether it is time to say something again: at first after a second of silence. */
function everySecond(): () => boolean {
  let saidAt = performance.now();
  return () => {
    if (performance.now() - saidAt < quietMs) return false;
    saidAt = performance.now();
    return true;
  };
}

/** Says now and then which file is being checked: gigabytes of audio take their time. */
export function fileProgress({ note }: Pick<Context, 'note'>): (path: string) => void {
  let checked = 0;
  const isDue = everySecond();
  return (path) => {
    checked += 1;
    if (isDue()) note(`checking file ${checked}: ${escapeForTerminal(path)}`);
  };
}

/** Says now and then how far a journal has been read. */
export function journalProgress({ note }: Pick<Context, 'note'>): (read: number, end: number) => void {
  let commits = 0;
  const isDue = everySecond();
  return (read, end) => {
    commits += 1;
    if (isDue())
      note(
        `auditing the journal: ${commits} commits, ${Math.min(100, Math.floor((100 * read) / end))} percent`,
      );
  };
}
