import { existsSync, statSync } from 'node:fs';
import { BoundedThread, type ThreadLimits } from '../disk/index.js';
import type { OlderAnswer } from './older-worker.js';
import { refusal } from './open-older.js';
import { readOlder, type OlderProduction } from './read-older.js';

/** For everything, and for one episode; a state file of a megabyte gets less than five seconds for itself. Milliseconds. */
export function limitsFor(bytes: number): ThreadLimits {
  return { hadMs: 600_000, silentMs: 4000 + (bytes / 1_000_000) * 500, totalMs: 1_800_000 };
}

const tooMuch = {
  took_too_long: 'it takes too long to read',
  too_much_memory: 'it takes too much memory to read',
  failed: 'it cannot be read',
};

/** The compiled reader beside this module, beside the bundled command line, or in the last build of the source; undefined where somebody has bundled this without it. */
function workerUrl(): URL | undefined {
  const here = new URL('older-worker.js', import.meta.url);
  const built = ['/src/import/older-worker.js', '/dist/cli/older-worker.js'];
  const places = [
    here,
    ...built.map((part) => new URL(here.href.replace(part, '/dist/src/import/older-worker.js'))),
  ];
  return places.find((url) => url.protocol === 'file:' && existsSync(url));
}

/** A thread that has nothing to do: it holds no process up, and whoever imports many productions starts it once. */
let spare: BoundedThread<string, OlderAnswer> | undefined;

/** {@link readOlder} in a thread with limits of time, memory and stack, since a state file may be anybody's. */
export async function readOlderApart(
  path: string,
  limits = limitsFor(statSync(path, { throwIfNoEntry: false })?.size ?? 0),
): Promise<OlderProduction> {
  const worker = workerUrl();
  if (!worker) return readOlder(path);
  const thread = spare ?? new BoundedThread(worker);
  spare = undefined;
  const asked = await thread.ask(path, limits, new AbortController().signal);
  if (spare) await thread.close();
  else spare = thread;
  if ('none' in asked) throw refusal(`${path}: ${tooMuch[asked.none]} (${asked.why}). Nothing was imported.`);
  if ('refused' in asked.answer) throw refusal(asked.answer.refused);
  return asked.answer.older;
}
