import type { EpisodeView, StudioEvent, TimelineEntry } from '../../api.js';
import { api, type ApiError } from '../api/client.js';
import { onEvent } from './connection.js';
import { createStore } from './store.js';
import { asApiError } from './studio.js';

const fullPage = 5_000;
/** At most this often an episode that moves fast is read anew. */
const restMs = 150;

export interface EpisodeNow {
  view: EpisodeView | null;
  error: ApiError | null;
  /** Every event of the episode's, oldest first. The same array grows; `count` tells that it has. */
  timeline: TimelineEntry[];
  count: number;
  /** Whether the past has been read to its end. */
  complete: boolean;
}

/** One episode and its past, kept up to date until it is closed. */
export function openEpisode(sessionId: string) {
  const store = createStore<EpisodeNow>({ view: null, error: null, timeline: [], count: 0, complete: false });
  const early: TimelineEntry[] = [];
  const closed = new AbortController();
  let reading = false;
  let stale = false;
  /** Whether what is shown was read from the server as it is now: then what has changed since is enough. */
  let isKnown = false;

  const read = async (): Promise<void> => {
    stale = true;
    if (reading) return;
    reading = true;
    while (stale && !closed.signal.aborted) {
      stale = false;
      const began = performance.now();
      try {
        const after = isKnown ? (store.get().view?.position ?? 0) : 0;
        isKnown = true;
        const view = await api.episode(sessionId, after);
        const before = store.get().view;
        if (view.position >= (before?.position ?? 0))
          store.set({ view: after > 0 && before ? withChanged(before, view) : view, error: null });
      } catch (error) {
        isKnown = false;
        store.set({ error: asApiError(error) });
      }
      // Whoever is slow to answer shall not be busy with nothing else.
      const tookMs = performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, Math.max(restMs, tookMs * 2)));
    }
    reading = false;
  };

  const append = (entries: readonly TimelineEntry[]): void => {
    const { timeline } = store.get();
    const last = timeline.at(-1)?.position ?? -1;
    const fresh = entries.filter(({ position }) => position > last);
    for (const entry of fresh) timeline.push(entry);
    if (fresh.length > 0) store.set({ count: timeline.length });
  };

  let reader = new AbortController();
  const readPast = async (): Promise<void> => {
    reader.abort();
    reader = new AbortController();
    const { signal } = reader;
    store.set({ complete: false });
    try {
      for (let more = true; more;) {
        const { entries } = await api.history(sessionId, store.get().timeline.at(-1)?.position ?? 0);
        if (signal.aborted || closed.signal.aborted) return;
        append(entries);
        more = entries.length >= fullPage;
      }
      append(early.splice(0));
      store.set({ complete: true });
    } catch (error) {
      if (!signal.aborted) store.set({ error: asApiError(error) });
    }
  };

  const hear = (event: StudioEvent): void => {
    if (event.type === 'hello') {
      isKnown = false;
      void read();
      void readPast();
    }
    if (event.type !== 'commit' || event.sessionId !== sessionId) return;
    // While the past is being read, news waits: the timeline must not have a hole in it.
    if (store.get().complete) append(event.entries);
    else early.push(...event.entries);
    // State and money are in the event itself; what else has changed is asked for.
    const { view } = store.get();
    if (view && event.position > view.position) store.set({ view: { ...view, board: event.board } });
    void read();
  };

  const deaf = onEvent(hear);
  void read();
  void readPast();
  return {
    store,
    /** Takes an action's answer at once. */
    take: (view: EpisodeView): void => store.set({ view, error: null }),
    retry: (): void => {
      void read();
      void readPast();
    },
    close(): void {
      closed.abort();
      deaf();
    },
  };
}

/** A view that tells only of changed operations, with the others from the one before it. */
function withChanged({ operations: before }: EpisodeView, view: EpisodeView): EpisodeView {
  const operations = [...before];
  for (const operation of view.operations) operations[operation.place] = operation;
  return { ...view, operations };
}

export type EpisodeFeed = ReturnType<typeof openEpisode>;
