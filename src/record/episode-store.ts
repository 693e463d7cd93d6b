import { persist, type EpisodeSnapshot, type SessionId } from '../../machines/index.js';
import { recordedNow, type RecordedState } from './decode.js';
import { inMemory, type Followed, type Located } from './replay.js';
import { longSince, sinceAfter, type SinceWhole } from './since-whole.js';
import { copyState, episodeState, type EpisodeState } from '../shapes/index.js';

/** One episode in memory. `state` is what state.json shows; the snapshot is loaded when somebody needs it. */
interface Entry {
  snapshot: EpisodeSnapshot | undefined;
  state: EpisodeState | undefined;
  /** The journal position after the last commit that touched it. */
  position: number;
  /** Since its last whole snapshot in the journal. */
  since: SinceWhole;
  /** The snapshot as an older version recorded it: changes that follow may be in that form. */
  older?: RecordedState | undefined;
}

/** Finds the snapshot of an episode that is not in memory, as of the given position or later; undefined when there is none. */
type Load = (sessionId: SessionId, position: number | undefined) => Located | undefined;

// An episode takes 6 KB (Node 20.20); what has just ended is often archived next.
const mostResting = 128;

/** The episodes that this process knows, with what it takes to know the others. */
export class EpisodeStore {
  readonly #entries = new Map<SessionId, Entry>();
  /** Those that may be unloaded, the one that has rested longest first. */
  readonly #resting = new Set<SessionId>();
  readonly #load: Load;
  readonly #existsOnDisk: (sessionId: SessionId) => boolean;

  constructor(load: Load, existsOnDisk: (sessionId: SessionId) => boolean) {
    this.#load = load;
    this.#existsOnDisk = existsOnDisk;
  }

  ids(): SessionId[] {
    return [...this.#entries.keys()];
  }

  has(id: SessionId): boolean {
    return this.#entries.has(id);
  }

  isTaken(id: SessionId): boolean {
    return this.#entries.has(id) || this.#existsOnDisk(id);
  }

  position(id: SessionId): number | undefined {
    return this.#entries.get(id)?.position;
  }

  since(id: SessionId): SinceWhole {
    const entry = this.#entries.get(id);
    // Changes of this version cannot build on a snapshot of another.
    return !entry || entry.older ? longSince : entry.since;
  }

  /** The snapshot as an older version recorded it; undefined where this version did. */
  older(id: SessionId): RecordedState | undefined {
    return this.#entries.get(id)?.older;
  }

  /** The snapshot, loading it when need be; undefined for a session that does not exist. */
  snapshot(id: SessionId): EpisodeSnapshot | undefined {
    const entry = this.#entries.get(id);
    if (entry?.snapshot) return entry.snapshot;
    const loaded = this.#load(id, entry?.position);
    if (!loaded) return undefined;
    const { snapshot, older } = inMemory(loaded.recorded, loaded.position, id);
    // After a restart the journal line that deltas would build on may be far back: begin with a whole snapshot.
    // A document may be ahead of what is listed: then the listed state is an old one.
    const state = entry?.position === loaded.position ? entry.state : undefined;
    this.#entries.set(id, {
      snapshot,
      state,
      position: loaded.position,
      since: longSince,
      older,
    });
    return snapshot;
  }

  /** The snapshot of an episode that is listed, as it stands in memory or was recorded: nothing is kept of what has to be loaded. */
  recorded(id: SessionId): RecordedState | undefined {
    const entry = this.#entries.get(id);
    if (entry?.snapshot) return recordedNow(entry.snapshot);
    return entry && this.#load(id, entry.position)?.recorded;
  }

  /** What state.json shows of the episode; undefined when it is not listed there. */
  state(id: SessionId): EpisodeState | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    entry.state ??= entry.snapshot && episodeState(persist(entry.snapshot));
    return entry.state;
  }

  /** The same, for who may change what he gets. */
  copy(id: SessionId): EpisodeState | undefined {
    const entry = this.#entries.get(id);
    return entry?.snapshot ? episodeState(persist(entry.snapshot)) : entry?.state && copyState(entry.state);
  }

  /** Takes in what state.json says of an episode, without its snapshot. */
  adopt(id: SessionId, state: EpisodeState, position: number): void {
    this.#entries.set(id, { snapshot: undefined, state, position, since: longSince });
  }

  /** Takes in a committed snapshot; `wholeBytes` is its size where the line carries it whole. */
  put(id: SessionId, { snapshot, older }: Followed, position: number, wholeBytes: number | undefined): void {
    const entry = this.#entries.get(id);
    if (!entry) {
      const since = sinceAfter(longSince, wholeBytes);
      this.#entries.set(id, { snapshot, state: undefined, position, since, older });
      return;
    }
    this.#resting.delete(id);
    entry.snapshot = snapshot;
    entry.older = older;
    entry.state = undefined;
    entry.position = position;
    entry.since = sinceAfter(entry.since, wholeBytes);
  }

  /** The snapshot where it is in memory; nothing is loaded. */
  inMemory(id: SessionId): EpisodeSnapshot | undefined {
    return this.#entries.get(id)?.snapshot;
  }

  /** An episode that nobody works on any more, and whose document is written: its snapshot may be dropped, and is once many others rest. */
  rest(id: SessionId): void {
    this.#resting.delete(id);
    this.#resting.add(id);
    if (this.#resting.size <= mostResting) return;
    for (const oldest of this.#resting) return this.#unload(oldest);
  }

  /** It can be loaded again. */
  #unload(id: SessionId): void {
    this.#resting.delete(id);
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.state(id);
    entry.snapshot = undefined;
  }

  forget(id: SessionId): void {
    this.#resting.delete(id);
    this.#entries.delete(id);
  }
}
