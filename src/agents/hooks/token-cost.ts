import { parseUsd, type Usd } from '../../../machines/index.js';
import { readPlainFile } from '../../disk/index.js';
import { tokenPricesOf, type HookTable } from './hook-table.js';

type Fields = Record<string, unknown>;

const perMillion = 1_000_000n;

/** What a model's message cost by the table's prices: micro-dollars, rounded up; undefined where the table has no prices for the model. */
export function tokenCost(table: HookTable, model: unknown, usage: unknown): Usd | undefined {
  if (typeof model !== 'string' || typeof usage !== 'object' || usage === null) return undefined;
  const prices = tokenPricesOf(table, model);
  if (!prices) return undefined;
  const fields = usage as Fields;
  const pairs = [
    ['input_tokens', prices.input],
    ['output_tokens', prices.output],
    ['cache_creation_input_tokens', prices.cache_write ?? prices.input],
    ['cache_read_input_tokens', prices.cache_read ?? prices.input],
  ] as const;
  // In micro-dollars times tokens, integers all: a price per million tokens in micro-dollars, over a million.
  const sum = pairs.reduce(
    (total, [name, price]) => total + BigInt(countOf(fields[name])) * BigInt(parseUsd(price)),
    0n,
  );
  return Number((sum + perMillion - 1n) / perMillion) as Usd;
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** One message of a transcript, once. */
export interface SpokenMessage {
  id: string;
  model: unknown;
  usage: unknown;
}

const largestTranscript = 64 * 1024 * 1024;

/** The messages of a subagent's transcript; undefined where it cannot be read. A message may stand in several lines: it counts once, with its last usage. */
export function messagesOf(path: string): SpokenMessage[] | undefined {
  const found = readPlainFile(path, { largest: largestTranscript, followsLink: true });
  if ('refused' in found) return undefined;
  const messages = new Map<string, SpokenMessage>();
  for (const line of found.bytes.toString('utf8').split('\n')) {
    if (!line.includes('"usage"')) continue;
    const message = messageIn(line);
    if (message) messages.set(message.id, message);
  }
  return [...messages.values()];
}

function messageIn(line: string): SpokenMessage | undefined {
  try {
    const { message } = JSON.parse(line) as { message?: Fields };
    const id = message?.['id'];
    return typeof id === 'string' && /^[\x21-\x7e]{1,120}$/.test(id)
      ? { id, model: message?.['model'], usage: message?.['usage'] }
      : undefined;
  } catch {
    return undefined;
  }
}
