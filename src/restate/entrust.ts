import { ProductionError } from '../../machines/index.js';
import { bodyOf, withoutSecrets, within } from '../disk/index.js';
import { nodeOf } from './ingress.js';
import { episodeKey, episodeService } from './names.js';

const patienceMs = 5_000;
const mostBytes = 64 * 1024;

export interface EntrustOptions {
  /** The ingress of each node; the first that answers takes it. */
  addresses: readonly string[];
  production: string;
}

/**
 * Has Restate see to it that somebody works on an episode until it has ended, or waits for a person: on a machine whose {@link serveRestate} has `produce`, and on another
 * one when that dies. Entrusted again while it is worked on, it is looked at once more afterwards; after a person's answer it is to be entrusted again.
 * @throws ProductionError `journal_unavailable`.
 */
export async function entrust({ addresses, production }: EntrustOptions, sessionId: string): Promise<void> {
  const key = encodeURIComponent(episodeKey(production, sessionId));
  let last: unknown;
  for (const { address, authorization, secrets } of addresses.map(nodeOf)) {
    try {
      const { ok, status, text } = await within(patienceMs, async (signal) => {
        const answer = await fetch(`${address}/${episodeService}/${key}/produce/send`, {
          method: 'POST',
          headers: authorization === undefined ? {} : { authorization },
          redirect: 'error',
          signal,
        });
        return { ok: answer.ok, status: answer.status, text: (await bodyOf(answer, mostBytes)).toString() };
      });
      if (ok) return;
      const said = withoutSecrets(text, secrets);
      last = new Error(`${String(status)} ${said.slice(0, 300)}`);
    } catch (error) {
      last = error;
    }
  }
  throw new ProductionError(
    'journal_unavailable',
    `no node of Restate took ${sessionId} (${last instanceof Error ? last.message : String(last)}): see that one runs, and that a worker with produce is registered.`,
    { cause: last },
  );
}
