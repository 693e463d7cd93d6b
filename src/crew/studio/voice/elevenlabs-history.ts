import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Alignment, timingOf } from './alignment.js';
import type { ElevenLabsApi } from './elevenlabs-api.js';
import { decodeMp3 } from './decode-mp3.js';
import type { SentCall, Speech, SpeechRequest } from './speech-model.js';

const Item = z.object({
  history_item_id: z.string(),
  request_id: z.string().nullish(),
  voice_id: z.string().nullish(),
  model_id: z.string().nullish(),
  text: z.string().nullish(),
  date_unix: z.number(),
  character_count_change_from: z.number(),
  character_count_change_to: z.number(),
  state: z.string().nullish(),
  alignments: z.object({ alignment: Alignment.nullish() }).nullish().catch(undefined),
});
type Item = z.infer<typeof Item>;

const Page = z.object({
  history: z.array(Item),
  has_more: z.boolean(),
  last_history_item_id: z.string().nullish(),
});

const mostPages = 20;

/** Two clocks may differ by so much; where they differ by more, what has the same words is nobody's for sure. */
const clockMs = 120_000;
const dayMs = 86_400_000;

/** No request is still on its way after this. */
const longestCallMs = 15 * 60_000;

interface Wanted extends SpeechRequest {
  model: string;
  sent: SentCall;
}

/**
 * What became of a call, from the history of the account: by its request's id where the answer had begun; else by its words, voice and model, if that is one and only one call since then.
 * `'retry'` only when the history is read back to before the call, has nothing of it, and no call can be on its way any more; otherwise a person is asked.
 */
export async function lookUp(
  api: ElevenLabsApi,
  wanted: Wanted,
  { signal, now, waitsMs }: { signal: AbortSignal; now: () => number; waitsMs: readonly number[] },
): Promise<Speech | 'retry' | 'ask'> {
  const sentAt = Date.parse(wanted.sent.sentAt);
  let found: Item[] = [];
  let isDoubtful = false;
  for (const waitMs of waitsMs) {
    await sleep(waitMs, undefined, { signal });
    const items = await since(api, wanted.voice, sentAt - dayMs, signal);
    if (!items) return 'ask';
    const same = items.filter((item) => isSame(item, wanted));
    found = same.filter(
      (item) => wanted.sent.requestId !== undefined || item.date_unix * 1000 >= sentAt - clockMs,
    );
    isDoubtful = same.length > found.length;
    if (found.some(({ state }) => state !== 'processing')) break;
  }
  const [item] = found;
  if (item)
    return found.length === 1 && item.state !== 'processing' ? speechOf(api, item, wanted, signal) : 'ask';
  if (isDoubtful) return 'ask';
  return wanted.sent.requestId === undefined && now() - sentAt > longestCallMs ? 'retry' : 'ask';
}

function isSame(item: Item, { sent, text, voice, model }: Wanted): boolean {
  if (sent.requestId !== undefined) return item.request_id === sent.requestId;
  return (
    item.text === text &&
    item.voice_id === voice &&
    item.model_id === model &&
    !sent.earlierIds.includes(item.request_id ?? '')
  );
}

/** The account's items of a voice, newest first, back to a time; undefined where it does not go back so far. */
async function since(
  api: ElevenLabsApi,
  voice: string,
  fromMs: number,
  signal: AbortSignal,
): Promise<Item[] | undefined> {
  const items: Item[] = [];
  let after = '';
  for (let page = 0; page < mostPages; page += 1) {
    const path = `/v1/history?page_size=100&voice_id=${encodeURIComponent(voice)}${after}`;
    const { history, has_more, last_history_item_id } = Page.parse(await api.json(path, signal));
    items.push(...history.filter(({ date_unix }) => date_unix * 1000 >= fromMs));
    const isPast = history.some(({ date_unix }) => date_unix * 1000 < fromMs);
    if (!has_more || isPast) return items;
    after = `&start_after_history_item_id=${encodeURIComponent(last_history_item_id ?? '')}`;
  }
  return undefined;
}

async function speechOf(
  api: ElevenLabsApi,
  item: Item,
  { text }: Wanted,
  signal: AbortSignal,
): Promise<Speech> {
  const path = `/v1/history/${encodeURIComponent(item.history_item_id)}`;
  const response = await api.get(`${path}/audio`, signal);
  // What is kept is an MP3, whatever was asked for.
  const { rate, samples } = await decodeMp3(new Uint8Array(await response.arrayBuffer()));
  const billed = item.character_count_change_to - item.character_count_change_from;
  return {
    rate,
    samples,
    timing: timingOf(item.alignments?.alignment, text, (samples.length * 1000) / rate),
    requestId: item.request_id ?? undefined,
    usage: billed >= 0 ? { characters: Math.ceil(billed) } : undefined,
  };
}
