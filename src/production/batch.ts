import {
  EpisodeCreated, ProductionError, advance, invalidInput, isPlainCost, isSameState, parseEvent, persist,
  type EpisodeSnapshot, type Ledger, type Policy, type RecordedEvent, type SessionId,
} from '../../machines/index.js';
import type { Commit } from './commit.js';
import { diffText } from './delta.js';
import type { EpisodeStore } from './episode-store.js';
import { LedgerOverlay } from './ledger-overlay.js';
import { CommitView, type Plan, type Step, type ViewSources } from './view.js';

/** One accepted event with the snapshots around it. `before` is undefined for `episode.created`. */
export interface DecidedStep {
  sessionId: SessionId;
  event: RecordedEvent;
  before: EpisodeSnapshot | undefined;
  after: EpisodeSnapshot;
  /** An older chart recorded what this one would refuse: it counts, and there is nothing to tell of it. */
  quiet?: true;
}

/** What sessions were before a plan's steps, in order. */
type Undo = [SessionId, EpisodeSnapshot | undefined][];

/** A commit decided and not yet written. */
export interface Draft {
  at: string;
  text: string;
  steps: DecidedStep[];
  /** Where each session ends up, and whether the line carries its snapshot whole. */
  sessions: { id: SessionId; after: EpisodeSnapshot; whole: boolean }[];
}

// After so many deltas a whole snapshot is written again, so that no reader has to go back far.
const deltasBetweenSnapshots = 32;

/** Decides plans one after the other on top of the store, without changing it. */
export class Batch {
  readonly #store: EpisodeStore;
  readonly #sources: ViewSources;
  /** The JSON of what all its commits say of their writer. */
  readonly #writer: string;
  readonly #ledger: LedgerOverlay;
  readonly #working = new Map<SessionId, EpisodeSnapshot>();
  readonly #deltas = new Map<SessionId, number>();

  constructor(store: EpisodeStore, ledger: Ledger, policy: Policy, writer: Pick<Commit, 'by' | 'handle'>) {
    this.#store = store;
    this.#writer = `"by":${JSON.stringify(writer.by)},"handle":${JSON.stringify(writer.handle)},`;
    this.#ledger = new LedgerOverlay(ledger);
    this.#sources = { policy, ledger: this.#ledger, find: (id) => this.#find(id), isTaken: (id) => this.#working.has(id) || this.#store.isTaken(id) };
  }

  /**
   * The draft that `plan` leads to, or undefined when it proposes nothing.
   * @throws ProductionError when the plan or the statechart refuses; then the batch is as it was.
   */
  decide(plan: Plan, at: string): Draft | undefined {
    const steps = plan(new CommitView(this.#sources, at));
    if (steps.length === 0) return undefined;
    const undo: Undo = [];
    const decided: DecidedStep[] = [];
    try {
      for (const step of steps) decided.push(this.#step(step, undo));
    } catch (error) {
      for (const [id, snapshot] of undo.reverse()) if (snapshot) this.#working.set(id, snapshot); else this.#working.delete(id);
      throw error;
    }
    for (const { before, event } of decided) if (before && event.type !== 'episode.created') this.#ledger.book(before.context, event);
    return this.#draft(at, decided);
  }

  /** Whether one of its plans has touched the session. */
  has(id: SessionId): boolean {
    return this.#working.has(id);
  }

  #find(id: SessionId): EpisodeSnapshot | undefined {
    return this.#working.get(id) ?? this.#store.snapshot(id);
  }

  #step({ sessionId, event }: Step, undo: Undo): DecidedStep {
    checkRecordable(event);
    const before = this.#find(sessionId);
    const decision = advance(before, event);
    if (!decision.accepted) throw new ProductionError(decision.refusal.code, decision.refusal.message, { sessionId });
    undo.push([sessionId, this.#working.get(sessionId)]);
    this.#working.set(sessionId, decision.snapshot);
    return { sessionId, event, before, after: decision.snapshot };
  }

  #draft(at: string, steps: DecidedStep[]): Draft {
    const first = steps[0]?.sessionId;
    const ids = steps.length === 1 && first !== undefined ? [first] : [...new Set(steps.map((step) => step.sessionId))];
    const sessions: Draft['sessions'] = [];
    const entries = ids.map((id) => this.#entry(id, steps.length === 1 ? steps : steps.filter((step) => step.sessionId === id), sessions));
    return { at, text: `{"at":${JSON.stringify(at)},${this.#writer}"entries":[${entries.join(',')}]}`, steps, sessions };
  }

  /** The JSON of a {@link CommitEntry}. */
  #entry(session: SessionId, steps: DecidedStep[], sessions: Draft['sessions']): string {
    const events = JSON.stringify(steps.map((step) => step.event));
    const before = steps[0]?.before;
    const after = steps.at(-1)?.after;
    if (!after) throw new ProductionError('machine_broken', 'a commit without steps.');
    const deltas = this.#deltas.get(session) ?? this.#store.deltas(session);
    const isWhole = !before || !isSameState(before, after) || deltas >= deltasBetweenSnapshots;
    sessions.push({ id: session, after, whole: isWhole });
    this.#deltas.set(session, isWhole ? 0 : deltas + 1);
    const state = isWhole ? `"snapshot":${JSON.stringify(persist(after))}` : `"changes":${diffText(before.context, after.context, ['context'])}`;
    return `{"session":${JSON.stringify(session)},"events":${events},${state}}`;
  }
}

/** Nothing enters the journal that an audit could not read back (1–3 µs an event, zod 4.6). */
function checkRecordable(event: RecordedEvent): void {
  if (isPlainCost(event)) return;
  if (event.type !== 'episode.created') {
    parseEvent(event);
    return;
  }
  const checked = EpisodeCreated.safeParse(event);
  if (!checked.success) throw invalidInput(checked.error);
}
