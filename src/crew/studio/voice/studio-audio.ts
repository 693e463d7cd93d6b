import * as z from 'zod';
import { escapeForMarkdown, markdownCode, ProductionError } from '../../../../machines/index.js';
import { readJson } from '../../json-artifact.js';
import { hosts, SpokenScript } from '../../offline/script/lines.js';
import type { PhaseContext } from '../../port.js';
import { findPrice } from '../prices/find-price.js';
import { providerOf } from '../models/providers.js';
import type { StudioSettings } from '../settings.js';
import type { ModelRef, Price } from '../types.js';
import type { Cast } from './cast.js';
import { elevenLabs } from './elevenlabs.js';
import { fliteSpeech } from './flite-speech.js';
import { openAiSpeech } from './openai-speech.js';
import { Pacer } from './pacer.js';
import { speakEpisode } from './speak-episode.js';
import type { SpeechModel } from './speech-model.js';
import { parseVoices, type Voices } from './voices.js';

interface Access {
  settings: StudioSettings;
  env: Readonly<Record<string, string | undefined>>;
  worker: URL | undefined;
  now?: (() => number) | undefined;
}

/** Calls at once until the provider says how many there may be. */
const atFirst = { elevenlabs: 2, openai: 4, flite: 1 } as const satisfies Record<Voices['provider'], number>;

const spokenBy = { elevenlabs: 'ElevenLabs', openai: 'OpenAI', flite: 'flite' } as const satisfies Record<
  Voices['provider'],
  string
>;

const free: Price = { units: {}, multiplier: 1, tiers: {}, table: 'free' };

const Loudness = z.number().min(-30).max(-14).default(-16);

/** The audio phase of the studio crew: the voices that the settings name, each line a call that is paid once. */
export async function studioAudio(context: PhaseContext, access: Access): Promise<unknown> {
  const { now = Date.now } = access;
  const loudness = loudnessOf(context);
  const script = await readJson(context, 'script/script.json', SpokenScript);
  const voices = parseVoices(access.settings.voice);
  const cast = await castOf(voices, access, new Date(now()).toISOString());
  const ready = {
    title: script.title,
    lines: script.lines,
    segments: script.segments,
    artist: hosts.map(({ name }) => name).join(' and '),
    disclosure: `AI disclosure: a language model wrote this, and synthetic voices (${spokenBy[voices.provider]}) speak it. No human voice is heard.`,
    sources: script.sources.map(({ file, title }) => `${escapeForMarkdown(title)} (${markdownCode(file)})`),
  };
  return speakEpisode(context, ready, { cast, loudness, now });
}

async function castOf(voices: Voices, access: Access, at: string): Promise<Cast> {
  const model = modelFor(voices.provider, access);
  const own = access.settings.prices;
  const price =
    voices.provider === 'flite' ? free : await findPrice(model.speech.ref, { own, at, sold: 'speech' });
  return new Map(
    hosts.map(({ name }, index) => [
      name,
      { model: model.speech, voice: voices.names[index] ?? voices.names[0] ?? '', price, pacer: model.pacer },
    ]),
  );
}

/** The model that speaks; undefined where nobody is paid for it. */
export function speechRefOf(settings: StudioSettings): ModelRef | undefined {
  const { provider } = parseVoices(settings.voice);
  const access = { settings, env: {}, worker: undefined };
  return provider === 'flite' ? undefined : modelFor(provider, access).speech.ref;
}

function modelFor(
  provider: Voices['provider'],
  { settings, env, worker, now }: Access,
): { speech: SpeechModel; pacer: Pacer } {
  const pacer = new Pacer(atFirst[provider]);
  if (provider === 'flite') return { speech: fliteSpeech({ worker }), pacer };
  const { keyEnv = '', baseUrl } = providerOf(provider, settings.providers);
  const reached = { apiKey: env[keyEnv] ?? '', baseUrl, model: settings.voice_model };
  if (provider === 'openai') return { speech: openAiSpeech(reached), pacer };
  const pollMs = settings.poll_ms;
  const waits = { queueWaitMs: Math.ceil(pollMs / 2), historyWaitsMs: [0, pollMs, 3 * pollMs] };
  return { speech: elevenLabs({ ...reached, ...waits, pacer, now }), pacer };
}

function loudnessOf({ options, sessionId }: PhaseContext): number {
  const parsed = Loudness.safeParse(options['loudness']);
  if (parsed.success) return parsed.data;
  throw new ProductionError('invalid_input', 'loudness: is not a number from -30 to -14, in LUFS.', {
    sessionId,
    field: 'loudness',
  });
}
