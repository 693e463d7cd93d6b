import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { StudioEvent } from './api.js';
import type { Live } from './live.js';

const signOfLifeMs = 15_000;
// A page that does not read for so long begins anew: what it missed must not pile up here.
const longestQueue = 1_000;
const longestWriteMs = 30_000;

/** The server-sent events of one page, until it goes away or falls behind. */
export function streamEvents(
  context: Context,
  live: Pick<Live, 'listen'>,
  since: number | undefined,
): Response {
  context.header('cache-control', 'no-store');
  return streamSSE(context, async (stream) => {
    const queue: StudioEvent[] = [];
    let wake: (() => void) | undefined;
    let stop: (() => void) | undefined;
    const over = new AbortController();
    const end = (): void => {
      if (over.signal.aborted) return;
      over.abort();
      stop?.();
      queue.length = 0;
      // A write that waits for a reader who reads no more would wait for ever, and keep its listener.
      (context.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
      wake?.();
    };
    const send = async (text: string): Promise<void> => {
      const timer = setTimeout(end, longestWriteMs);
      await stream.write(text).finally(() => clearTimeout(timer));
    };
    stream.onAbort(end);
    stop = live.listen(since, (event) => {
      queue.push(event);
      if (queue.length > longestQueue) end();
      wake?.();
    });
    try {
      while (!over.signal.aborted) {
        const event = queue.shift();
        if (event) await send(`data: ${JSON.stringify(event)}\n\n`);
        else if (!(await somethingOr(signOfLifeMs, (callback) => (wake = callback))))
          await send(': ping\n\n');
      }
    } finally {
      stop();
    }
  });
}

/** True when woken, false when the time has passed. */
function somethingOr(ms: number, onWake: (wake: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    onWake(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
