import { ProductionError } from '../../../../machines/errors.js';
import { BoundedThread, type ThreadLimits } from '../../../disk/index.js';
import { builtWorker } from '../built-worker.js';
import type { Extract } from './extract.js';
import type { SourceKind } from './open-source.js';
import type { ReaderAnswer, ReaderQuestion } from './reader-worker.js';

/** What one source may take; a file that takes more is skipped. The small ones are read in no time, or never. Milliseconds. */
const usualLimits = (bytes: number) => ({
  totalMs: 180_000,
  silentMs: Math.min(60_000, 10_000 + bytes / 20),
});

/** Refusals that the thread itself decides on. */
const ownRefusals = new Set(['too_deep', 'too_many_pages']);

/** Reads sources in a thread of its own, so that a hostile one costs no more than itself. */
export class Reader {
  readonly #thread: BoundedThread<ReaderQuestion, ReaderAnswer>;

  readonly #limitsFor: (bytes: number) => ThreadLimits;

  constructor(worker?: URL, limitsFor: (bytes: number) => ThreadLimits = usualLimits) {
    this.#limitsFor = limitsFor;
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
