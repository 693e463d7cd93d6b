/**
 * The outcome of what is `given`, or the signal's reason as soon as it is aborted: whoever does not listen to his signal is not waited for. A function of JavaScript
 * may have given its result at once.
 */
export async function unlessAborted<T>(given: Promise<T>, signal: AbortSignal): Promise<T> {
  const work = Promise.resolve(given);
  work.catch(() => {});
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
