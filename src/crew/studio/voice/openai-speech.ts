import { withoutKey } from '../without-key.js';
import { wordsOf } from '../words-of.js';
import { ProviderRefusal } from './provider-refusal.js';
import type { Speech, SpeechModel } from './speech-model.js';

export interface OpenAiSpeechSettings {
  apiKey: string;
  model?: string | undefined;
  /** For a server that speaks the same, or a test: `https://api.openai.com/v1`. */
  baseUrl?: string | undefined;
  /** How to speak, for models that take it: "calm, a little amused". */
  instructions?: string | undefined;
}

/** Raw samples are of this rate (docs.pipecat.ai/api-reference/services/tts/openai, a stored copy, read on 29 November 2026). */
const rate = 24_000;
/** openai-node 4.96.2, src/resources/audio/speech.ts; the same. */
const mostCharacters = 4096;
/** More than any voice takes: for reserving, where speech is paid by its length. */
const longestMsPerCharacter = 200;

/**
 * OpenAI's speech by HTTP. Its answer says no usage: it is reckoned from the characters that were sent and from the length of what came, and nothing can be looked up, so that a call
 * whose answer was lost is held for a person.
 */
export function openAiSpeech(settings: OpenAiSpeechSettings): SpeechModel {
  const { apiKey, model = 'gpt-4o-mini-tts', baseUrl = 'https://api.openai.com/v1', instructions } = settings;
  return {
    ref: { provider: 'openai', model },
    manner: instructions,
    isStitching: false,
    mostCharacters: async () => mostCharacters,
    most: (text) => ({ characters: text.length, audioMs: 5000 + text.length * longestMsPerCharacter }),
    async speak({ text, voice }, { signal, began }): Promise<Speech> {
      const response = await fetch(`${baseUrl.replace(/\/$/u, '')}/audio/speech`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model,
          voice,
          input: text,
          response_format: 'pcm',
          ...(instructions === undefined ? {} : { instructions }),
        }),
        redirect: 'error',
        signal,
      });
      if (!response.ok) throw await refusalOf(response, apiKey);
      const requestId = response.headers.get('x-request-id') ?? undefined;
      if (requestId !== undefined) await began(requestId);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const samples = new Int16Array(bytes.buffer, 0, Math.floor(bytes.length / 2));
      const audioMs = Math.ceil((samples.length * 1000) / rate);
      return { rate, samples, requestId, usage: { characters: text.length, audioMs } };
    },
  };
}

async function refusalOf(response: Response, apiKey: string): Promise<ProviderRefusal> {
  const { code, message } = errorOf(await wordsOf(response));
  const words = [code, message].filter((each) => each !== undefined).join(': ');
  return new ProviderRefusal(
    withoutKey(`OpenAI refused to speak with ${String(response.status)}${words ? `: ${words}` : ''}`, apiKey),
    {
      status: response.status,
      code: code === 'insufficient_quota' ? 'quota_exceeded' : undefined,
      reason: code,
      retryAfter: response.headers.get('retry-after'),
    },
  );
}

function errorOf(body: string): { code?: string; message?: string } {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
    const { code, message } = error ?? {};
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    };
  } catch {
    return {};
  }
}
