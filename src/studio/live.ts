import { stateName, toDollars, type SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { Committed } from '../record/index.js';
import type { BoardEpisode, StudioEvent, TimelineEntry } from './api.js';
import { boardEpisode } from './board.js';
import { isTimed } from '../reports/index.js';
import { todayView } from './production-view.js';
import { describeEvent, openOperations } from './timeline.js';

// What one person can see; and it keeps a thousand busy episodes from filling the line.
const gatherMs = 60;
const actorsMs = 200;
// What only time changes: a worker that is gone, a wait that is over, an episode that is late.
const lookMs = 1_000;
const mostLooked = 200;
const logMs = 2_000;
const rememberedEvents = 2_000;

/** What is told again to who comes back. */
type Kept = Exclude<StudioEvent, { type: 'actors' | 'log' }>;

interface Told {
  position: number;
  event: StudioEvent;
}

/** The board in memory, kept up to date by everybody's commits, and the events for whoever listens. */
export class Live {
  readonly #manager: ProductionStateManager;
  readonly #board = new Map<SessionId, BoardEpisode>();
  readonly #listeners = new Set<(event: StudioEvent) => void>();
  readonly #stop: () => void;
  readonly #looking: NodeJS.Timeout;
  /** Episodes whose show can change without a commit; who was looked at longest ago comes first. */
  readonly #timed = new Set<SessionId>();
  #gathered = new Map<SessionId, TimelineEntry[]>();
  #timer: NodeJS.Timeout | undefined;
  #actorsTimer: NodeJS.Timeout | undefined;
  #past: Told[] = [];
  /** The position before the oldest remembered event. */
  #rememberedFrom: number;
  #position: number;
  #today: string;
  readonly #askingLog: NodeJS.Timeout | undefined;
  #oldCopy: Extract<StudioEvent, { type: 'log' }>['oldCopy'] = null;

  constructor(manager: ProductionStateManager) {
    this.#manager = manager;
    const { production } = manager;
    production.refresh();
    for (const id of production.ids()) this.#show(id);
    this.#position = production.position;
    this.#rememberedFrom = this.#position;
    this.#today = JSON.stringify(todayView(production.today(), production.policy.warnAtPercent));
    this.#stop = production.onCommit((committed) => this.#take(committed));
    manager.follow();
    if (production.traffic) this.#askingLog = setInterval(() => void this.#askLog(), logMs).unref();
    this.#looking = setInterval(() => this.#lookAgain(), lookMs).unref();
  }

  get position(): number {
    return this.#position;
  }

  /** Every listed episode. */
  episodes(): BoardEpisode[] {
    return [...this.#board.values()];
  }

  /** Hears every event from now on; what was missed since `since` comes at once where it is remembered. Returns how to stop. */
  listen(since: number | undefined, listener: (event: StudioEvent) => void): () => void {
    const isRemembered = since !== undefined && since >= this.#rememberedFrom && since <= this.#position;
    listener({ type: 'hello', position: isRemembered ? since : this.#position });
    if (isRemembered)
      for (const { position, event } of this.#past) if (position > since || isLook(event)) listener(event);
    if (this.#oldCopy) listener({ type: 'log', oldCopy: this.#oldCopy });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells whoever listens that embedders' actors have moved; a few times a second at most. */
  tellActors(): void {
    this.#actorsTimer ??= setTimeout(() => {
      this.#actorsTimer = undefined;
      for (const listener of this.#listeners) listener({ type: 'actors' });
    }, actorsMs);
  }

  close(): void {
    clearInterval(this.#looking);
    clearInterval(this.#askingLog);
    clearTimeout(this.#actorsTimer);
    clearTimeout(this.#timer);
    this.#stop();
  }

  #show(id: SessionId): BoardEpisode | undefined {
    const snapshot = this.#manager.production.find(id);
    if (!snapshot) return undefined;
    const { production } = this.#manager;
    const shown = boardEpisode(snapshot, production);
    this.#board.set(id, shown);
    this.#timed.delete(id);
    const { claim, dueBy, failure } = snapshot.context;
    if (claim || shown.wait || isTimed(shown.status, { dueBy, failure })) this.#timed.add(id);
    return shown;
  }

  /** Tells what has changed by time alone since it was shown; of many episodes some at each look. */
  #lookAgain(): void {
    if (this.#listeners.size === 0) return;
    const told: Extract<StudioEvent, { type: 'commit' }>[] = [];
    for (const sessionId of [...this.#timed].slice(0, mostLooked)) {
      const before = this.#board.get(sessionId);
      const board = this.#show(sessionId);
      if (board && timely(board) !== timely(before))
        told.push({ type: 'commit', position: this.#position, sessionId, entries: [], board });
    }
    for (const event of told) for (const listener of this.#listeners) listener(event);
    this.#remember(told);
  }

  /** Tells whether the log answers, when that has changed. What else is wrong is told by whoever asks next. */
  async #askLog(): Promise<void> {
    const { production } = this.#manager;
    await production.asShown().catch(() => {});
    const oldCopy = production.oldCopy ?? null;
    if (oldCopy?.asOf === this.#oldCopy?.asOf) return;
    this.#oldCopy = oldCopy;
    for (const listener of this.#listeners) listener({ type: 'log', oldCopy });
  }

  #take({ steps, end, by }: Committed): void {
    for (const { sessionId, event, before, after } of steps) {
      const entry: TimelineEntry = {
        position: end,
        at: event.at,
        by,
        type: event.type,
        state: stateName(after),
        total_cost: toDollars(after.context.money.spent),
        text: describeEvent(event, openOperations(before?.context)),
      };
      const list = this.#gathered.get(sessionId);
      if (list) list.push(entry);
      else this.#gathered.set(sessionId, [entry]);
    }
    this.#position = Math.max(this.#position, end);
    this.#timer ??= setTimeout(() => this.#tell(), gatherMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    const told: Kept[] = [];
    for (const [sessionId, entries] of gathered) {
      const board = this.#show(sessionId);
      const position = entries.at(-1)?.position ?? this.#position;
      if (board) told.push({ type: 'commit', position, sessionId, entries, board });
    }
    const { production } = this.#manager;
    const today = todayView(production.today(), production.policy.warnAtPercent);
    if (JSON.stringify(today) !== this.#today) {
      this.#today = JSON.stringify(today);
      told.push({ type: 'today', today });
    }
    for (const event of told) for (const listener of this.#listeners) listener(event);
    this.#remember(told);
  }

  #remember(told: readonly Kept[]): void {
    this.#past.push(
      ...told.map((event) => ({ position: event.type === 'today' ? this.#position : event.position, event })),
    );
    const dropped = this.#past.splice(0, Math.max(0, this.#past.length - rememberedEvents));
    for (const { position } of dropped) this.#rememberedFrom = Math.max(this.#rememberedFrom, position);
  }
}

function timely(board: BoardEpisode | undefined): string {
  return JSON.stringify([board?.needs, board?.wait, board?.worker]);
}

/** What no commit has told: whoever comes back may have missed it at any position. */
function isLook(event: StudioEvent): boolean {
  return event.type === 'commit' && event.entries.length === 0;
}
