import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Alignment, timingOf } from './alignment.js';
import { ElevenLabsApi } from './elevenlabs-api.js';
import { lookUp } from './elevenlabs-history.js';
import type { Pacer } from './pacer.js';
import { BrokenAnswer, ProviderRefusal } from './provider-refusal.js';
import type { Speech, SpeechModel, SpeechRequest } from './speech-model.js';

export interface ElevenLabsSettings {
  apiKey: string;
  model?: string | undefined;
  /** For another region, or a test: `https://api.elevenlabs.io`. */
  baseUrl?: string | undefined;
  /** Shared by all that use the account. */
  pacer: Pacer;
  now?: (() => number) | undefined;
  /** How long is waited before history is asked again for a call that it does not show yet, in milliseconds. */
  historyWaitsMs?: readonly number[] | undefined;
  /** How long is waited when others of the account have too much under way, in milliseconds. */
  queueWaitMs?: number | undefined;
}

/** Every plan has it; 44.1 kHz needs Pro (our notes on providers of November 2026; not looked up again). */
const rate = 24_000;

/** Where `/v1/models` does not say it (vercel.com/ai-gateway/models for v3 and multilingual, replicate.com/elevenlabs/flash-v2.5; stored copies, read on 29 November 2026; flash v2 from memory). */
const knownLimits: readonly [RegExp, number][] = [
  [/^eleven_v3/u, 5000],
  [/_v2_5$/u, 40_000],
  [/^eleven_(?:flash|turbo)_v2$/u, 30_000],
  [/^eleven_multilingual/u, 10_000],
];
const carefulLimit = 2000;

const Model = z.object({
  model_id: z.string(),
  maximum_text_length_per_request: z.int().positive().nullish(),
  model_rates: z.object({ character_cost_multiplier: z.number().positive().nullish() }).nullish(),
});

const Spoken = z.object({
  audio_base64: z.string(),
  alignment: Alignment.nullish().catch(undefined),
});

/** How often a call is put back in the queue while others of the account fill it. */
const mostQueued = 20;

/**
 * ElevenLabs by HTTP (docs of November 2026): sound with the times of its characters, its cost from the header `character-cost`, its ids for stitching and for looking it up.
 */
export function elevenLabs(settings: ElevenLabsSettings): SpeechModel {
  const { model = 'eleven_multilingual_v2', pacer, now = Date.now } = settings;
  const api = new ElevenLabsApi(settings);
  // v3 takes no earlier requests up (elevenlabs.io/docs, "Stitching multiple requests", a stored copy, read on 29 November 2026).
  const isStitching = !model.startsWith('eleven_v3');
  let known: Promise<z.infer<typeof Model> | undefined> | undefined;
  let multiplier = 1;

  const describe = async (signal: AbortSignal): Promise<z.infer<typeof Model> | undefined> => {
    try {
      const models = z.array(Model).parse(await api.json('/v1/models', signal));
      return models.find(({ model_id }) => model_id === model);
    } catch {
      // It may be kept from this key; what is known of the model has to do.
      signal.throwIfAborted();
      return undefined;
    }
  };

  const speakOnce = async (
    { text, voice, previousIds }: SpeechRequest,
    { signal, began }: Parameters<SpeechModel['speak']>[1],
  ): Promise<Speech> => {
    const path = `/v1/text-to-speech/${encodeURIComponent(voice)}/with-timestamps?output_format=pcm_${String(rate)}`;
    // With `previous_request_ids` there is no use for `previous_text`: they override it.
    const stitched =
      isStitching && previousIds.length > 0 ? { previous_request_ids: previousIds.slice(-3) } : {};
    const response = await api.post(path, { text, model_id: model, ...stitched }, signal);
    const requestId = response.headers.get('request-id') ?? undefined;
    const most = response.headers.get('maximum-concurrent-requests');
    if (most !== null) pacer.learn(Number(most));
    if (requestId !== undefined) await began(requestId);
    const body = Spoken.safeParse(await jsonOf(response));
    if (!body.success) throw new BrokenAnswer(`ElevenLabs' answer ${requestId ?? ''} holds no sound`);
    const bytes = Buffer.from(body.data.audio_base64, 'base64');
    const samples = new Int16Array(
      new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 2))).buffer,
    );
    return {
      rate,
      samples,
      timing: timingOf(body.data.alignment, text, (samples.length * 1000) / rate),
      requestId,
      usage: billedOf(response.headers),
    };
  };

  return {
    ref: { provider: 'elevenlabs', model },
    isStitching,
    async mostCharacters(signal) {
      const described = await (known ??= describe(signal));
      multiplier = described?.model_rates?.character_cost_multiplier ?? 1;
      const limit = described?.maximum_text_length_per_request;
      return limit ?? knownLimits.find(([name]) => name.test(model))?.[1] ?? carefulLimit;
    },
    most: (text) => ({ characters: Math.ceil(text.length * Math.max(1, multiplier)) }),
    async speak(request, call) {
      for (let queued = 0; ; queued += 1) {
        try {
          return await speakOnce(request, call);
        } catch (error) {
          // Nothing is wrong with the provider: the account has too much under way, and this one waits for its turn.
          if (!isQueueFull(error) || queued >= mostQueued) throw error;
          pacer.tooMany();
          await sleep(settings.queueWaitMs ?? 1000, undefined, { signal: call.signal });
        }
      }
    },
    lookUp: (request, sent, { signal }) =>
      lookUp(
        api,
        { ...request, model, sent },
        { signal, now, waitsMs: settings.historyWaitsMs ?? [0, 2000, 6000] },
      ),
  };
}

function isQueueFull(error: unknown): boolean {
  return (
    error instanceof ProviderRefusal &&
    error.status === 429 &&
    /^(?:too_many_concurrent_requests|concurrent_limit_exceeded)$/u.test(error.reason ?? '')
  );
}

/** The header counts credits: characters times what the model takes for one. */
function billedOf(headers: Headers): Speech['usage'] {
  const text = headers.get('character-cost');
  const characters = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return characters >= 0 && Number.isFinite(characters) ? { characters: Math.ceil(characters) } : undefined;
}

async function jsonOf(response: Response): Promise<unknown> {
  // What breaks off while it is read throws by itself, as a lost connection.
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BrokenAnswer('the answer of ElevenLabs ended in the middle', { cause });
  }
}
