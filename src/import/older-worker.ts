import { parentPort } from 'node:worker_threads';
import { ProductionError } from '../../machines/index.js';
import { thisThread, type ThreadReply } from '../disk/index.js';
import { readOlder, type OlderProduction } from './read-older.js';

/** What the older production is, or why it is none, in the words of the import's own refusal. */
export type OlderAnswer = { older: OlderProduction } | { refused: string };

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (reply: ThreadReply<OlderAnswer>): void => parentPort?.postMessage(reply);

parentPort?.on('message', (path: string) => {
  post({ begun: thisThread() });
  readOlder(path, () => post({ progress: 0 })).then(
    (older) => post({ answer: { older } }),
    (error: unknown) => {
      if (error instanceof ProductionError) post({ answer: { refused: error.message } });
      else post({ error: error instanceof Error ? error.message : String(error) });
    },
  );
});
