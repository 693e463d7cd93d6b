import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed } from '../measure.js';
import { contenders, type ContenderName } from './contenders.js';
import {
  midway,
  standingAfter,
  stepsOf,
  stepsPerEpisode,
  type Contender,
  type Episode,
  type Standing,
  type Store,
} from './workload.js';

/** How much is done in a round, and how much of it at once. */
export interface Load {
  /** Episodes that are under way at the same time. */
  atOnce: number;
  /** Episodes in all. */
  episodes: number;
}

export interface Round {
  steps: number;
  stepsPerSecond: number;
  resumeMs: number;
  closeMs: number;
  /** Whether every step of the load was done. */
  isWhole: boolean;
}

/** A contender's round: all episodes to midway, a resume by another process, and the rest. */
export async function playRound(name: ContenderName, load: Load, folder: string): Promise<Round> {
  const contender = contenders[name];
  // Removed with the folder in the end: ext4 without a journal is slow to make files where many have just been deleted.
  const directory = mkdtempSync(join(folder, `${name}-${load.atOnce}-`));
  const episodes = Array.from({ length: load.episodes }, (_, index): Episode => ({
    number: index + 1,
    id: `ep_${index + 1}`,
  }));
  episodes.forEach(({ number }) => stepsOf(number));
  globalThis.gc?.();
  // V8 throws away with the last round's objects what it had compiled for them: a process at work has its code, and so has everybody here.
  await warmUp(contender, mkdtempSync(join(folder, `${name}-warm-`)));

  const done = new Map<Episode, number>();
  const limits = { atOnce: load.atOnce, longestMs: contender.longestHalfMs ?? Infinity };
  const first = await contender.open(directory);
  const toMidway = await playHalf(first, episodes, { to: midway, done, ...limits });
  const closeMs = await timed(() => first.close());
  const chosen = episodes[episodes.length >> 1] ?? episodes[0];
  if (!chosen) throw new Error('a load needs an episode');
  const resumeMs = resumeElsewhere(
    name,
    directory,
    chosen,
    standingAfter(chosen.number, done.get(chosen) ?? 0),
  );

  const second = await contender.open(directory);
  const toEnd = await playHalf(second, episodes, { to: stepsPerEpisode, done, ...limits });
  expectStanding(
    name,
    chosen,
    await second.read(chosen.id),
    standingAfter(chosen.number, done.get(chosen) ?? 0),
  );
  await second.close();
  // What one left to the kernel must not be written in another's time.
  spawnSync('sync');

  const steps = [...done.values()].reduce((sum, each) => sum + each, 0);
  return {
    steps,
    stepsPerSecond: (1000 * steps) / (toMidway + toEnd),
    resumeMs,
    closeMs,
    isWhole: steps === load.episodes * stepsPerEpisode,
  };
}

const warmingEpisodes = 60;
const longestWarmUpMs = 2000;

/** The work of some episodes, which nobody measures. */
async function warmUp(contender: Contender, directory: string): Promise<void> {
  const store = await contender.open(directory);
  const episodes = Array.from({ length: warmingEpisodes }, (_, index): Episode => ({
    number: index + 1,
    id: `ep_${index + 1}`,
  }));
  await playHalf(store, episodes, {
    to: stepsPerEpisode,
    done: new Map(),
    atOnce: 10,
    longestMs: longestWarmUpMs,
  });
  await store.close();
}

interface Half {
  to: number;
  /** How many steps each episode has behind it. */
  done: Map<Episode, number>;
  atOnce: number;
  longestMs: number;
}

/** Takes every episode up to a step, so many at a time; gives the milliseconds until all was acknowledged. */
async function playHalf(
  store: Store,
  episodes: readonly Episode[],
  { to, done, atOnce, longestMs }: Half,
): Promise<number> {
  const queue = [...episodes];
  return timed(async () => {
    const until = performance.now() + longestMs;
    const mayGoOn = (): boolean => performance.now() < until;
    const lane = async (): Promise<void> => {
      for (let episode = queue.shift(); episode; episode = queue.shift()) {
        const from = done.get(episode) ?? 0;
        done.set(episode, from + (await store.run(episode, from, to, mayGoOn)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  });
}

function resumeElsewhere(
  name: ContenderName,
  directory: string,
  { id, number }: Episode,
  expected: Standing,
): number {
  const script = fileURLToPath(new URL('resume.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, name, directory, id], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${name} could not resume: ${stderr}`);
  const { tookMs, standing } = JSON.parse(stdout) as { tookMs: number; standing: Standing };
  expectStanding(name, { id, number }, standing, expected);
  return tookMs;
}

/** A fast store that lost something has not won. */
function expectStanding(name: ContenderName, { id }: Episode, found: Standing, expected: Standing): void {
  if (isDeepStrictEqual(found, expected)) return;
  const shorten = ({ data, ...rest }: Standing): string =>
    JSON.stringify({ ...rest, data: data?.notes.slice(0, 30) });
  throw new Error(`${name} says of ${id}: ${shorten(found)}; it should be ${shorten(expected)}.`);
}
