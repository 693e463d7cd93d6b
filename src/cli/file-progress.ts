import { escapeForTerminal } from '../../machines/escape.js';
import type { Context } from './command.js';

const quietMs = 1000;

/** Says now and then which file is being checked: gigabytes of audio take their time. */
export function fileProgress({ note }: Pick<Context, 'note'>): (path: string) => void {
  let checked = 0;
  let saidAt = performance.now();
  return (path) => {
    checked += 1;
    if (performance.now() - saidAt < quietMs) return;
    saidAt = performance.now();
    note(`checking file ${checked}: ${escapeForTerminal(path)}`);
  };
}
