import { parentPort } from 'node:worker_threads';
import { ProductionError } from '../../../../machines/errors.js';
import { thisThread, type ThreadReply } from '../../../disk/index.js';
import { extract, type Extract } from './extract.js';
import type { SourceKind } from './open-source.js';

/** What the worker is asked; one source at a time. */
export interface ReaderQuestion {
  kind: SourceKind;
  bytes: Uint8Array;
}
/** What a source gives, or the package that is missing to read it. */
export type ReaderAnswer = Extract | { missing: string; field: string };

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (reply: ThreadReply<ReaderAnswer>): void => parentPort?.postMessage(reply);

parentPort?.on('message', ({ kind, bytes }: ReaderQuestion) => {
  post({ begun: thisThread() });
  extract(kind, bytes, (share) => post({ progress: share })).then(
    (answer) => post({ answer }),
    (error: unknown) => {
      if (error instanceof ProductionError)
        post({ answer: { missing: error.message, field: error.field ?? 'sources' } });
      else post({ error: error instanceof Error ? error.message : String(error) });
    },
  );
});
