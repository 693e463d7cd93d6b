import {
  TerminalError,
  handlers,
  object,
  type Duration,
  type ObjectContext,
  type VirtualObjectDefinition,
} from '@restatedev/restate-sdk';
import { makeRedactor } from '../../machines/index.js';
import type { ProduceEntrusted } from './entrusted.js';
import { episodeOf, episodeService } from './names.js';

const redactor = makeRedactor();

/** What time mends: somebody else's claim, a log or a store that cannot be reached. */
const mended: ReadonlySet<unknown> = new Set([
  'artifacts_unavailable',
  'claim_lost',
  'claimed_elsewhere',
  'journal_unavailable',
]);

/**
 * One episode that somebody works on, whoever dies. Nothing of the work is in Restate's journal: the production has it, and whoever comes next goes on
 * there, once the claim of who died is over. So changed code under a running episode breaks nothing.
 */
export function episodeObject(
  produce: ProduceEntrusted,
  // An hour without a word is work; two workers at once would only be fenced by the claim.
  silence: Duration | number = { hours: 12 },
): VirtualObjectDefinition<string, unknown> {
  return object({
    name: episodeService,
    handlers: {
      produce: handlers.object.exclusive(
        { journalRetention: 0, inactivityTimeout: silence, abortTimeout: silence },
        async (context: ObjectContext): Promise<{ outcome: string }> => {
          const signal = context.request().attemptCompletedSignal;
          const { outcome } = await produce({ ...episodeOf(context.key), signal }).catch((error: unknown) => {
            const { code, message } = error as { code?: string; message?: string };
            // Restate keeps it, and shows it to whoever asks.
            const said = redactor.message(`${code ?? 'error'}: ${message ?? String(error)}`);
            throw mended.has(code) ? new Error(said) : new TerminalError(said);
          });
          if (outcome === 'interrupted') throw new Error('the worker was stopped; another one goes on.');
          return { outcome };
        },
      ),
    },
    options: {
      retryPolicy: {
        initialInterval: 250,
        exponentiationFactor: 2,
        maxInterval: 5_000,
        maxAttempts: 1_000_000,
      },
    },
  });
}
