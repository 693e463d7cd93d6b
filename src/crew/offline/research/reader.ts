import { ProductionError } from '../../../../machines/errors.js';
import { BoundedThread, type ThreadLimits } from '../../../disk/index.js';
import { builtWorker } from '../../built-worker.js';
import type { Extract } from './extract.js';
import type { SourceKind } from './open-source.js';
import type { ReaderAnswer, ReaderQuestion } from './reader-worker.js';

/**
 * What one source may take; a file that takes more is skipped. For one of up to a megabyte that is less than five seconds, or as long as it gets on
 * as a long honest one does on a slow machine. Milliseconds.
 */
export function limitsFor(bytes: number, secondsEach?: number): ThreadLimits {
  const megabytes = bytes / 1_000_000;
  const hadMs = secondsEach === undefined ? 2000 + 2500 * Math.max(1, megabytes) : secondsEach * 1000;
  // Wall time is there for a machine that never gets to it.
  return { hadMs, silentMs: hadMs, onPaceMs: 20_000 * megabytes, totalMs: 60_000 + 20 * hadMs };
}

/** Refusals that the thread itself decides on. */
const ownRefusals = new Set(['too_deep', 'too_many_pages']);

/** Reads sources in a thread of its own, so that a hostile one costs no more than itself. */
export class Reader {
  readonly #thread: BoundedThread<ReaderQuestion, ReaderAnswer>;

  readonly #limitsFor: (bytes: number) => ThreadLimits;

  constructor(worker?: URL, limits: (bytes: number) => ThreadLimits = limitsFor) {
    this.#limitsFor = limits;
    const script = worker ?? builtWorker(new URL('reader-worker.js', import.meta.url), 'readerWorker');
    this.#thread = new BoundedThread(script);
  }

  /** What the source gives, or why it gives nothing; throws `invalid_input` where a package is missing. */
  async read(
    kind: SourceKind,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Extract | { refused: string }> {
    const asked = await this.#thread.ask({ kind, bytes }, this.#limitsFor(bytes.length), signal);
    if ('none' in asked) {
      if (ownRefusals.has(asked.why)) return { refused: asked.why };
      return { refused: asked.none === 'failed' ? 'damaged' : asked.none };
    }
    if ('missing' in asked.answer)
      throw new ProductionError('invalid_input', asked.answer.missing, { field: asked.answer.field });
    return asked.answer;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
