import { Worker } from 'node:worker_threads';
import { ThreadTime, type ThreadMark } from './thread-time.js';

/** What one question may cost before its thread is ended. */
export interface ThreadLimits {
  /** Time that the thread has had for the whole answer, at work or asleep ({@link ThreadTime}): others' work does not count. */
  hadMs: number;
  /** It may go on for longer while it gets on so well that the whole takes no more than this, by the share that is done. */
  onPaceMs?: number;
  /** The same without a sign of progress. */
  silentMs: number;
  /** Wall time. */
  totalMs: number;
}

/** Why there is no answer; `failed` is an error inside the thread, in its own words. */
export type NoAnswer = 'took_too_long' | 'too_much_memory' | 'failed';

/** What a thread posts: who it is when it begins, signs of progress, then the answer or an error. */
export type ThreadReply<Answer> =
  | { begun: ThreadMark | undefined }
  /** The share that is done, from 0 to 1. */
  | { progress: number }
  | { answer: Answer }
  | { error: string };

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
    // Parsers make trees that are gone with the document: with room for them a quarter of the time is saved. Twice as much would save
    // a twentieth more, and be the height of a whole episode's memory (Node 20.20).
    const resourceLimits = {
      maxOldGenerationSizeMb: heapMegabytes,
      maxYoungGenerationSizeMb: 96,
      stackSizeMb: 4,
    };
    this.#mostGrowth = mostGrowth;
    this.#start = () => new Worker(script, { workerData, resourceLimits });
  }

  /** Rejects with the signal's reason when it aborts; every other end is an answer or says why there is none, and what the thread had of time. */
  ask(
    question: Question,
    limits: ThreadLimits,
    signal: AbortSignal,
  ): Promise<({ answer: Answer } | { none: NoAnswer; why: string }) & { hadMs: number }> {
    signal.throwIfAborted();
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const time = new ThreadTime();
      const sizeBefore = process.memoryUsage.rss();
      let heardMs = 0;
      let share = 0;
      let isSettled = false;
      const settle = (keeps: boolean): void => {
        isSettled = true;
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
        resolve({ none: reason, why, hadMs: time.hadMs });
      };
      const onAbort = (): void => {
        settle(false);
        reject(signal.reason as Error);
      };
      const onMessage = (reply: ThreadReply<Answer>): void => {
        if ('begun' in reply) {
          if (reply.begun) time.follow(reply.begun);
          return;
        }
        time.look();
        heardMs = time.hadMs;
        if ('progress' in reply) {
          share = reply.progress;
          return;
        }
        settle(true);
        const { hadMs } = time;
        resolve(
          'error' in reply ? { none: 'failed', why: reply.error, hadMs } : { answer: reply.answer, hadMs },
        );
      };
      const onError = (error: Error & { code?: string }): void =>
        none(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too_much_memory' : 'failed', error.message);
      const onExit = (): void => none('failed', 'the thread ended');
      const isOver = (): boolean =>
        time.hadMs - heardMs > limits.silentMs ||
        (time.hadMs > limits.hadMs && time.hadMs > share * (limits.onPaceMs ?? 0)) ||
        performance.now() - startedAt > limits.totalMs;
      const timer = setInterval(() => {
        time.look();
        if (process.memoryUsage.rss() - sizeBefore > this.#mostGrowth)
          none('too_much_memory', 'the process grew too large');
        // What it has said already is heard first.
        if (isOver())
          setImmediate(() => {
            if (!isSettled && isOver())
              none('took_too_long', `no answer in ${String(Math.round(time.hadMs))} ms`);
          });
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
