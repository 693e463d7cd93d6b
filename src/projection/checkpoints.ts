import type { EpisodeSnapshot, PhaseName, SessionId } from '../../machines/index.js';
import type { CheckpointDocument, Documents, StateDocument } from '../documents/index.js';
import type { JournalPort } from '../journal/index.js';
import type { DecidedStep } from '../record/step.js';
import { damagedPhases, rewriteCheckpoints } from './checkpoint-repair.js';
import { checkpointShown } from './checkpoint-document.js';
import type { EpisodeStore } from '../record/episode-store.js';
import type { Slices } from './slices.js';
import { WaitingPayloads, type KeptPayload } from './waiting-payloads.js';

/** A checkpoint that the journal has and its document does not show yet. */
export interface PendingCheckpoint {
  sessionId: SessionId;
  phase: PhaseName;
  name: string;
  /** The episode as it stood after the whole commit. */
  after: EpisodeSnapshot;
  position: number;
  payload: unknown;
}

/** One that waits for its turn. */
export interface WaitingCheckpoint extends Omit<PendingCheckpoint, 'payload'> {
  /** Where its commit's line begins; it ends at `position`. */
  from: number;
  /** Undefined where the payload is to be read again. */
  kept: KeptPayload | undefined;
}

/** Where a commit's line lies in the journal. */
export interface Place {
  position: number;
  end: number;
}

interface Options {
  documents: Documents;
  journal: JournalPort;
  store: EpisodeStore;
  machine: StateDocument['showrunner']['machine'];
  /** Takes in what other processes have committed; does nothing while a commit is under way. */
  refresh: () => void;
}

/** Keeps the documents of checkpoints in step with the journal, and makes again those that are found damaged. */
export class CheckpointProjection {
  readonly #on: Options;
  readonly #payloads: WaitingPayloads;
  #pending = new Map<string, WaitingCheckpoint>();
  /** Sessions that came from a document, whose checkpoints' documents have not been looked at. */
  readonly #unchecked = new Set<SessionId>();

  constructor(options: Options) {
    this.#on = options;
    this.#payloads = new WaitingPayloads(options.journal);
  }

  /** How much there is to do. */
  get due(): number {
    return this.#pending.size + this.#unchecked.size;
  }

  /** A step of a commit that has these steps and whose line begins and ends there. */
  note(step: DecidedStep, steps: readonly DecidedStep[], { position: from, end }: Place): void {
    const { event, sessionId } = step;
    if (!('checkpoint' in event)) return;
    const after = steps.findLast((each) => each.sessionId === sessionId)?.after ?? step.after;
    const { phase, checkpoint } = event;
    const { name } = checkpoint;
    const key = `${sessionId}/${name}`;
    const earlier = this.#pending.get(key);
    if (earlier) this.#payloads.letGo(earlier);
    // In the journal's order, which is the one of reading again.
    this.#pending.delete(key);
    const kept = this.#payloads.keep(checkpoint, from);
    this.#pending.set(key, { sessionId, phase, name, after, from, position: end, kept });
  }

  noteLoaded(id: SessionId): void {
    this.#unchecked.add(id);
  }

  /** Writes what is due; looks at no more than `mostChecked` of the sessions that were loaded. What fails stays due. */
  async write(slices: Slices, mostChecked: number): Promise<void> {
    const pending = this.#pending;
    const unchecked = [...this.#unchecked].slice(0, mostChecked);
    this.#pending = new Map();
    for (const id of unchecked) this.#unchecked.delete(id);
    try {
      const newest = newestOfPhases(pending.values());
      for (const each of pending.values()) {
        await this.#show(each, newest.has(each));
        this.#payloads.letGo(each);
        await slices.turn();
      }
      for (const id of unchecked) {
        await this.#repair(id);
        await slices.turn();
      }
    } catch (error) {
      for (const [key, each] of pending)
        if (this.#pending.has(key)) this.#payloads.letGo(each);
        else this.#pending.set(key, each);
      for (const id of unchecked) this.#unchecked.add(id);
      throw error;
    }
  }

  async #show(pending: WaitingCheckpoint, isNewest: boolean): Promise<void> {
    const { documents, journal, refresh, store } = this.#on;
    // As it is now: one that was deleted since must not get its folder back, or its files could not be brought back.
    // One that is not in memory had its document written since, and was not.
    const now = store.inMemory(pending.sessionId) ?? pending.after;
    if (now.context.filesMovedTo !== null) return;
    const shown =
      documents.readCheckpoint(pending.sessionId, { name: pending.name })?.showrunner.position ?? -1;
    if (shown >= pending.position) return;
    const document = this.#documentOf(pending);
    if (!document) return;
    await documents.writeCheckpoint(pending.sessionId, document, isNewest);
    // Between the look and the rename another process may have shown a later one, which has just been overwritten: its commit can be read by now.
    refresh();
    const later = this.#pending.get(`${pending.sessionId}/${pending.name}`);
    if (!later || later.position <= pending.position) return;
    await journal.durable();
    await this.#show(later, isNewest);
  }

  #documentOf(pending: WaitingCheckpoint): CheckpointDocument | undefined {
    const found = this.#payloads.find(pending);
    if (found) return checkpointShown({ ...pending, ...found }, this.#on.machine);
    // It is looked for in all that the journal says of its session.
    this.#unchecked.add(pending.sessionId);
    return undefined;
  }

  async #repair(id: SessionId): Promise<void> {
    const { documents, store } = this.#on;
    const context = store.snapshot(id)?.context;
    const checkpoints = context?.filesMovedTo === null ? context.checkpoints : undefined;
    const phases = checkpoints ? damagedPhases(documents, id, checkpoints) : [];
    if (phases.length > 0) await rewriteCheckpoints(this.#on, id, phases);
  }
}

/** Those that their phase's checkpoint.json shows in the end. */
function newestOfPhases(pending: Iterable<WaitingCheckpoint>): Set<WaitingCheckpoint> {
  const newest = new Map<string, WaitingCheckpoint>();
  for (const each of pending) {
    const key = `${each.sessionId}/${each.phase}`;
    if (each.position >= (newest.get(key)?.position ?? 0)) newest.set(key, each);
  }
  return new Set(newest.values());
}
