import { Worker } from 'node:worker_threads';

/** What one question may cost before its thread is ended. */
export interface ThreadLimits {
  /** Wall time for the whole answer. */
  totalMs: number;
  /** Wall time without a sign of progress. */
  silentMs: number;
}

/** Why there is no answer; `failed` is an error inside the thread, in its own words. */
export type NoAnswer = 'took_too_long' | 'too_much_memory' | 'failed';

/** What a thread posts: signs of progress, then the answer or an error. */
export type ThreadReply<Answer> = { progress: true } | { answer: Answer } | { error: string };

/** What a thread may fill. */
export interface ThreadRoom {
  /** Megabytes of heap. */
  heapMegabytes: number;
  /** Bytes by which the process may grow during one question: array buffers are not counted as heap. */
  mostGrowth: number;
}

const usualRoom: ThreadRoom = { heapMegabytes: 1024, mostGrowth: 1536 * 1024 * 1024 };
const lookEveryMs = 100;

/**
 * A thread for work on what strangers wrote: it is asked one thing at a time, and is ended when it takes too long, grows too large, or the
 * signal aborts. The next question starts a new one. The thread has to answer each message with {@link ThreadReply}s.
 */
export class BoundedThread<Question, Answer> {
  #worker: Worker | undefined;
  readonly #start: () => Worker;
  readonly #mostGrowth: number;

  constructor(script: URL, workerData?: unknown, { heapMegabytes, mostGrowth } = usualRoom) {
    const resourceLimits = { maxOldGenerationSizeMb: heapMegabytes, stackSizeMb: 4 };
    this.#mostGrowth = mostGrowth;
    this.#start = () => new Worker(script, { workerData, resourceLimits });
  }

  /** Rejects with the signal's reason when it aborts; every other end is an answer or says why there is none. */
  ask(
    question: Question,
    limits: ThreadLimits,
    signal: AbortSignal,
  ): Promise<{ answer: Answer } | { none: NoAnswer; why: string }> {
    signal.throwIfAborted();
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const sizeBefore = process.memoryUsage.rss();
      let heardAt = startedAt;
      const settle = (keeps: boolean): void => {
        clearInterval(timer);
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        worker.unref();
        if (keeps) return;
        this.#worker = undefined;
        // What a dying thread still says is nobody's concern.
        worker.on('error', () => {});
        void worker.terminate();
      };
      const none = (reason: NoAnswer, why: string): void => {
        settle(false);
        resolve({ none: reason, why });
      };
      const onAbort = (): void => {
        settle(false);
        reject(signal.reason as Error);
      };
      const onMessage = (reply: ThreadReply<Answer>): void => {
        heardAt = performance.now();
        if ('progress' in reply) return;
        settle(true);
        resolve('error' in reply ? { none: 'failed', why: reply.error } : { answer: reply.answer });
      };
      const onError = (error: Error & { code?: string }): void =>
        none(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too_much_memory' : 'failed', error.message);
      const onExit = (): void => none('failed', 'the thread ended');
      const timer = setInterval(() => {
        const now = performance.now();
        if (now - startedAt > limits.totalMs || now - heardAt > limits.silentMs)
          none('took_too_long', `no answer in ${String(Math.round(now - startedAt))} ms`);
        else if (process.memoryUsage.rss() - sizeBefore > this.#mostGrowth)
          none('too_much_memory', 'the process grew too large');
      }, lookEveryMs);
      signal.addEventListener('abort', onAbort);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
