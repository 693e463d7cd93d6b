/** What the tabs of one browser that show the same share. */
export interface Tabs<Message> {
  /** Says something to the other tabs. */
  tell(message: Message): void;
  /** What this tab, while it leads, answers to one that has just come. */
  onQuestion(answer: () => Message): void;
  /**
   * Does `work` in one tab after the other: this one's turn comes when the one before has closed or is silent for too long. `signal` is aborted
   * when another has taken the turn away; then this tab waits again. Resolves when this tab's work has ended by itself.
   */
  takeTurns(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

type Envelope<Message> = { message: Message } | { question: true };

/** A channel and a lock that all tabs with this `name` share. */
export function shareAmongTabs<Message>(
  name: string,
  { hear, longestSilenceMs }: { hear: (message: Message) => void; longestSilenceMs: number },
): Tabs<Message> {
  const channel = new BroadcastChannel(name);
  let answer: (() => Message) | undefined;
  let heardAt = Date.now();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is its origin's own
  const post = (envelope: Envelope<Message>): void => channel.postMessage(envelope);
  const tell = (message: Message): void => post({ message });
  channel.addEventListener('message', ({ data }: MessageEvent<Envelope<Message>>) => {
    heardAt = Date.now();
    if ('message' in data) hear(data.message);
    else if (answer) tell(answer());
  });
  post({ question: true });

  /** Waits for this tab's turn, and takes it where the tab that has it is silent. */
  const turn = async (work: (signal: AbortSignal) => Promise<void>): Promise<'done' | 'again'> => {
    const waiting = new AbortController();
    const over = new AbortController();
    let leads = false;
    const lead = async (): Promise<void> => {
      leads = true;
      await work(over.signal);
    };
    const look = setInterval(() => {
      if (!leads && document.visibilityState === 'visible' && Date.now() - heardAt > longestSilenceMs)
        waiting.abort();
    }, longestSilenceMs / 4);
    try {
      await navigator.locks.request(name, { signal: waiting.signal }, lead).catch((error: unknown) => {
        if (!waiting.signal.aborted || leads) throw error;
        heardAt = Date.now();
        return navigator.locks.request(name, { steal: true }, lead);
      });
      return 'done';
    } catch {
      // Another tab has taken the lock away.
      return 'again';
    } finally {
      clearInterval(look);
      answer = undefined;
      over.abort();
    }
  };

  return {
    tell,
    onQuestion(give) {
      answer = give;
    },
    async takeTurns(work) {
      // Where a browser has no locks each tab is on its own.
      if (!('locks' in navigator)) return work(new AbortController().signal);
      while ((await turn(work)) === 'again') heardAt = Date.now();
    },
  };
}
