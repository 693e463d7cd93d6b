import { ProductionError } from '../../../../machines/errors.js';
import { BoundedThread } from '../../../disk/index.js';
import { builtWorker } from '../built-worker.js';
import type { Extract } from './extract.js';
import type { SourceKind } from './open-source.js';
import type { ReaderAnswer, ReaderQuestion } from './reader-worker.js';

/** What one source may take; a file that takes more is skipped. */
const limits = { totalMs: 180_000, silentMs: 60_000 };

/** Reads sources in a thread of its own, so that a hostile one costs no more than itself. */
export class Reader {
  readonly #thread: BoundedThread<ReaderQuestion, ReaderAnswer>;

  constructor(worker?: URL) {
    const script = worker ?? builtWorker(new URL('reader-worker.js', import.meta.url), 'readerWorker');
    this.#thread = new BoundedThread(script);
  }

  /** What the source gives, or why it gives nothing; throws `invalid_input` where a package is missing. */
  async read(
    kind: SourceKind,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Extract | { refused: string }> {
    const asked = await this.#thread.ask({ kind, bytes }, limits, signal);
    if ('none' in asked) {
      if (asked.why === 'too_deep') return { refused: 'too_deep' };
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
