import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import {
  ProductionError,
  asleepUntil,
  episodeStatus,
  stateName,
  type EpisodeSnapshot,
  type SessionId,
} from '../../machines/index.js';
import { check } from '../calls/check.js';
import { stepsFor } from '../calls/plans.js';
import { isLiveClaim } from '../disk/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { checkWork, produceOrFind, type ProduceOptions, type Produced, type Work } from './produce.js';

export interface WorkOptions extends ProduceOptions {
  /** Episodes at a time; default 1. */
  concurrency?: number | undefined;
  /** How often to look for what others have made ready, when nothing tells of it. Milliseconds; default 1000. */
  pollMs?: number | undefined;
  /** Whether this worker takes an episode that is ready; default: all. */
  takes?: ((episode: EpisodeState) => boolean) | undefined;
  /** The crew's options for one episode, in the place of those that are kept with it; undefined: these, or else `crewOptions`. */
  optionsFor?: ((sessionId: SessionId) => Readonly<Record<string, unknown>> | undefined) | undefined;
  /** Hears how each episode ended that was taken. */
  onProduced?: ((produced: Produced) => void) | undefined;
}

/** How many times episodes were taken, and how that ended. */
export type Worked = { taken: number } & Record<Produced['outcome'], number>;

const WorkInput = z.looseObject({
  concurrency: z.int().min(1).max(64).default(1),
  pollMs: z.int().min(10).max(3_600_000).default(1000),
});

/** What could not be worked on is left alone for so long: trying again costs commits. */
const restMs = 60_000;
const leastPauseMs = 20;

/** What people say, without a claim, that lets an episode go on at once. */
const answers = new Set<string>([
  'phase.resume',
  'review.approve',
  'review.reject',
  'episode.scheduled',
  'budget.raise',
  'budget.set',
  'recovery.resume',
]);

/**
 * Takes every episode that is ready, in any number of processes, until the signal is aborted: what was begun is put in order first.
 * Ready is what was created and not begun, what a crew has worked on and nobody works on now, what has slept, and what waits for an answer whose deadline is over.
 */
export async function workOn(work: Work<WorkOptions>): Promise<Worked> {
  checkWork(work);
  check(WorkInput, work.options);
  return new Worker(work).run();
}

class Worker {
  readonly #work: Work<WorkOptions>;
  readonly #underWay = new Map<SessionId, Promise<void>>();
  /** Until when an episode is left alone. */
  readonly #resting = new Map<SessionId, number>();
  /** Somebody has answered since they were taken. */
  readonly #answered = new Set<SessionId>();
  readonly #worked: Worked = { taken: 0, complete: 0, waiting: 0, failed: 0, interrupted: 0, archived: 0 };
  readonly #limits: z.output<typeof WorkInput>;
  #broken: unknown;
  #isLogAway = false;

  constructor(work: Work<WorkOptions>) {
    this.#work = work;
    this.#limits = check(WorkInput, work.options);
  }

  async run(): Promise<Worked> {
    const { production, options } = this.#work;
    production.follow();
    const unsubscribe = production.onCommit(({ steps }) => {
      for (const { sessionId, event } of steps)
        if (answers.has(event.type) && event.claim === undefined) this.#hear(sessionId);
    });
    try {
      while (!options.signal?.aborted && this.#broken === undefined) {
        if (await this.#hasLooked()) for (const id of this.#ready()) this.#take(id);
        await this.#untilSomethingHappens();
      }
    } finally {
      await Promise.all(this.#underWay.values());
      unsubscribe();
    }
    if (this.#broken !== undefined) throw this.#broken;
    return this.#worked;
  }

  /** A log that is away comes back: nothing is taken meanwhile, and that is told once. */
  async #hasLooked(): Promise<boolean> {
    const { production, report } = this.#work;
    try {
      await production.refreshed();
      this.#isLogAway = false;
      return true;
    } catch (error) {
      if (!production.isLogsAbsence(error)) throw error;
      if (!this.#isLogAway) report(error, 'work');
      this.#isLogAway = true;
      return false;
    }
  }

  #hear(id: SessionId): void {
    this.#resting.delete(id);
    this.#answered.add(id);
  }

  #ready(): SessionId[] {
    const { production, options } = this.#work;
    const room = this.#limits.concurrency - this.#underWay.size;
    const ready: SessionId[] = [];
    for (const id of room > 0 ? production.ids() : []) {
      if (this.#underWay.has(id) || (this.#resting.get(id) ?? 0) > performance.now()) continue;
      const state = production.state(id);
      if (state.status === 'complete' || state.status === 'archived' || state.status === 'failed') continue;
      const snapshot = production.find(id);
      if (!snapshot || !isReady(snapshot, production.now()) || options.takes?.(state) === false) continue;
      ready.push(id);
      if (ready.length === room) break;
    }
    return ready;
  }

  #take(id: SessionId): void {
    const done = this.#produce(id)
      .catch((error: unknown) => this.#left(id, error))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  async #produce(id: SessionId): Promise<void> {
    const { options, production } = this.#work;
    const { optionsFor, crewOptions } = options;
    this.#answered.delete(id);
    if (stateName(production.episode(id)).endsWith('.paused')) await this.#endWait(id);
    const own = { ...options, crewOptions: optionsFor?.(id) };
    const { produced, isOurs } = await produceOrFind(
      { ...this.#work, options: own, fallback: crewOptions },
      id,
    );
    // Somebody else has ended it since it was seen to be ready.
    if (!isOurs) return;
    this.#worked.taken += 1;
    this.#worked[produced.outcome] += 1;
    if (!this.#answered.has(id) && isReady(production.episode(id), production.now())) this.#rest(id);
    try {
      options.onProduced?.(produced);
    } catch (error) {
      this.#work.report(error, 'onProduced');
    }
  }

  /** The time for an answer is over: the worker gets the default. */
  async #endWait(id: SessionId): Promise<void> {
    await this.#work.production.commit((view) => {
      const snapshot = view.episode(id);
      const [phase, step] = stateName(snapshot).split('.');
      if (step !== 'paused' || !isReady(snapshot, view.at)) return [];
      return stepsFor(view, id, { type: 'phase.resume', phase: phase as 'research' });
    });
  }

  /** Somebody else was faster, or has taken it over; or it cannot be worked on, which is told and not tried again at once. */
  #left(id: SessionId, error: unknown): void {
    const code = error instanceof ProductionError ? error.code : undefined;
    if (code === 'production_closed' || code === 'journal_replaced' || code === 'journal_damaged')
      this.#broken = error;
    else if (code !== 'claimed_elsewhere' && code !== 'claim_lost') {
      this.#rest(id);
      this.#work.report(error, `work on ${id}`);
    }
  }

  #rest(id: SessionId): void {
    this.#resting.set(id, performance.now() + restMs);
  }

  /** A commit of anybody, the end of an episode's work, or time. */
  async #untilSomethingHappens(): Promise<void> {
    const { production, options } = this.#work;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    const unsubscribe = production.onCommit(wake);
    for (const done of this.#underWay.values()) void done.then(wake);
    options.signal?.addEventListener('abort', wake, { once: true });
    try {
      await sleep(this.#limits.pollMs, undefined, { signal: woken.signal }).catch(() => {});
      // Commits come in crowds: one look is enough for those of a moment.
      if (!options.signal?.aborted) await sleep(leastPauseMs);
    } finally {
      unsubscribe();
      options.signal?.removeEventListener('abort', wake);
    }
  }
}

/** Whether a worker may take the episode: its time has come, it does not sleep, nobody is at it, no person is waited for, and it is not driven by hand. */
function isReady(snapshot: EpisodeSnapshot, now: string): boolean {
  const { claim, claims, startAt } = snapshot.context;
  const status = episodeStatus(snapshot);
  if (status === 'complete' || status === 'archived' || status === 'failed') return false;
  if (isLiveClaim(claim, now)) return false;
  const state = stateName(snapshot);
  if (state.endsWith('.review')) return false;
  // Its next phase would not start.
  if (startAt !== null && startAt > now && !/\.(?:active|paused)$/.test(state)) return false;
  if (state.endsWith('.paused')) return isAnsweredByTime(snapshot, now);
  if (asleepUntil(snapshot.context, now) !== null) return false;
  return !state.endsWith('.active') || claims > 0;
}

/** Whether all that it waits for are answers whose deadline is over. */
function isAnsweredByTime({ context }: EpisodeSnapshot, now: string): boolean {
  const held = Object.values(context.operations).filter(({ state }) => state === 'held');
  const isOver = (deadline: string | undefined): boolean =>
    deadline !== undefined && Date.parse(deadline) <= Date.parse(now);
  return held.length > 0 && held.every(({ question }) => isOver(question?.deadline));
}
