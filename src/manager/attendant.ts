import {
  ProductionError,
  statusOf,
  type EpisodeSnapshot,
  type Notice,
  type SessionId,
} from '../../machines/index.js';
import { stepsFor } from '../calls/plans.js';
import { isLiveClaim, thisProcess } from '../disk/index.js';
import type { Plan, Production } from '../production/index.js';
import { isTimed, personWaits, type PersonWait } from '../reports/index.js';
import { dueSteps } from './due-steps.js';
import { leaseMs, personNotice, tell, type Notify } from './notify.js';

const lookMs = 1_000;
const firstWaitMs = 5_000;
const longestWaitMs = 3_600_000;
const atOnce = 4;

/**
 * Sees to the episodes that wait for a person: each new wait is told once, whoever has the production open, and tried again until that worked;
 * reminders and policy's own decisions come when they are due. What was told is in the journal, so it holds across restarts and processes.
 */
export class Attendant {
  readonly #production: Production;
  readonly #notify: Notify | undefined;
  readonly #report: (error: unknown, where: string) => void;
  /** Episodes that wait for a person or have since the last look, and those that can be late. */
  readonly #waiting = new Set<SessionId>();
  readonly #telling = new Map<string, Promise<void>>();
  #users = 0;
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWoken = false;
  #wasLogAway = false;

  constructor(
    production: Production,
    notify: Notify | undefined,
    report: (error: unknown, where: string) => void,
  ) {
    this.#production = production;
    this.#notify = notify;
    this.#report = report;
  }

  /** Attends until what it returns is called, which resolves when all that is due by then was tried once. */
  begin(): () => Promise<void> {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    let isOver = false;
    return async () => {
      if (isOver) return;
      isOver = true;
      await this.#settled();
      this.#users -= 1;
      if (this.#users === 0) this.#stop();
    };
  }

  #start(): void {
    const production = this.#production;
    production.follow();
    for (const id of production.ids()) this.#waiting.add(id);
    this.#stopListening = production.onCommit(({ steps }) => {
      for (const { sessionId } of steps) this.#waiting.add(sessionId);
      if (steps.length > 0) this.#wake();
    });
    this.#wake();
  }

  #stop(): void {
    this.#stopListening?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  /** What is committed while this looks is looked at right after. */
  #wake(): void {
    this.#isWoken = true;
    this.#schedule(0);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #settled(): Promise<void> {
    await this.#looking;
    do {
      await this.#look();
      await Promise.all(this.#telling.values());
    } while (this.#isWoken);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    this.#isWoken = false;
    let isLogAway = false;
    for (const id of this.#waiting) {
      try {
        await this.#attend(id);
      } catch (error) {
        if (error instanceof ProductionError && error.code === 'production_closed') return;
        const isAway = this.#production.isLogsAbsence(error);
        // It is told once, and not each second for each episode.
        if (!isAway || !(isLogAway || this.#wasLogAway)) this.#report(error, `waits of ${id}`);
        isLogAway ||= isAway;
      }
    }
    this.#wasLogAway = isLogAway;
    if (this.#waiting.size > 0 && this.#users > 0) this.#schedule(this.#isWoken ? 0 : lookMs);
  }

  async #attend(id: SessionId): Promise<void> {
    const production = this.#production;
    let snapshot = production.find(id);
    if (snapshot && dueSteps(snapshot, { at: production.now(), policy: production.policy }).length > 0) {
      await production.commit((view) => dueSteps(view.episode(id), view));
      snapshot = production.find(id);
    }
    const waits = snapshot ? personWaits(snapshot, production.now()) : [];
    if (!snapshot || (waits.length === 0 && !isTimed(statusOf(snapshot.value), snapshot.context))) {
      this.#waiting.delete(id);
      return;
    }
    for (const wait of waits) if (isToTell(snapshot, wait.id, production.now())) this.#tell(id, wait);
  }

  #tell(id: SessionId, wait: PersonWait): void {
    const notify = this.#notify;
    const key = `${id} ${wait.id}`;
    if (!notify || this.#telling.has(key) || this.#telling.size >= atOnce) return;
    const told = this.#tellOnce(notify, id, wait)
      .catch((error: unknown) => this.#report(error, `notify of ${id}`))
      .finally(() => this.#telling.delete(key));
    this.#telling.set(key, told);
  }

  /** Of all processes one begins, and says how it went. */
  async #tellOnce(notify: Notify, id: SessionId, { id: wait }: PersonWait): Promise<void> {
    const production = this.#production;
    const { steps } = await production.commit(planBegin(id, wait));
    const begun = steps.at(-1)?.after;
    const told = begun && personWaits(begun, production.now()).find((each) => each.id === wait);
    const number = begun?.context.notices[wait]?.underWay?.number;
    if (!begun || !told || number === undefined) return;
    try {
      await tell(notify, personNotice(begun, told, { number, directory: production.directory }));
    } catch (error) {
      const message = production.redactor
        .message(error instanceof Error ? error.message : String(error))
        .slice(0, 300);
      const failures = begun.context.notices[wait]?.failures ?? 0;
      const waitMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
      await production.commit(planEnd(id, wait, number, { message, waitMs }));
      if (failures === 0) this.#report(error, `notify of ${id}`);
      return;
    }
    await production.commit(planEnd(id, wait, number));
  }
}

function noticeOf({ context: { notices } }: EpisodeSnapshot, wait: string): Notice | undefined {
  return Object.hasOwn(notices, wait) ? notices[wait] : undefined;
}

function isToTell(snapshot: EpisodeSnapshot, wait: string, now: string): boolean {
  const notice = noticeOf(snapshot, wait);
  if (!notice) return true;
  const isAhead = (at: string | null): boolean => at !== null && Date.parse(at) > Date.parse(now);
  return notice.given <= notice.reminders && !isAhead(notice.notBefore) && !isLiveClaim(notice.underWay, now);
}

/** No steps where somebody else tells it, or has. */
function planBegin(sessionId: SessionId, wait: string): Plan {
  return (view) => {
    const snapshot = view.episode(sessionId);
    const waits = new Set(personWaits(snapshot, view.at).map(({ id }) => id));
    if (!waits.has(wait) || !isToTell(snapshot, wait, view.at)) return [];
    const isLeft = noticeOf(snapshot, wait)?.underWay;
    return stepsFor(
      view,
      sessionId,
      ...(isLeft
        ? [
            {
              type: 'notice.failed' as const,
              wait,
              message: 'whoever was telling of it is gone',
              retryAt: view.at,
            },
          ]
        : []),
      {
        type: 'notice.begin',
        wait,
        until: new Date(Date.parse(view.at) + leaseMs).toISOString(),
        process: thisProcess(),
        over: Object.keys(snapshot.context.notices).filter((each) => !waits.has(each)),
      },
    );
  };
}

/** That it worked, or when it is tried again; no steps where the wait is no longer this one's to tell. */
function planEnd(
  sessionId: SessionId,
  wait: string,
  number: number,
  failed?: { message: string; waitMs: number },
): Plan {
  return (view) => {
    const underWay = noticeOf(view.episode(sessionId), wait)?.underWay;
    if (underWay?.number !== number) return [];
    if (!failed) return stepsFor(view, sessionId, { type: 'notice.given', wait });
    const retryAt = new Date(Date.parse(view.at) + failed.waitMs).toISOString();
    return stepsFor(view, sessionId, { type: 'notice.failed', wait, message: failed.message, retryAt });
  };
}
