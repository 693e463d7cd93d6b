/**
 * Gives up when the work takes longer, or is no longer wanted, and tells it so. The work's own signal alone is not enough: a fetch of Node 20.20 forgets its signal
 * when garbage is collected, and waits for its answer for five minutes (undici holds the request's controller weakly).
 */
export async function within<Result>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
  unwanted?: AbortSignal,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  late.catch(() => {});
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms / 1000} s`)), ms);
  const stop = (): void => controller.abort(unwanted?.reason);
  unwanted?.addEventListener('abort', stop, { once: true });
  if (unwanted?.aborted) stop();
  try {
    return await Promise.race([work(signal), late]);
  } finally {
    clearTimeout(timer);
    unwanted?.removeEventListener('abort', stop);
  }
}
