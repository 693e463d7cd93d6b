import * as z from 'zod';
import { sha256 } from '../../made-once.js';
import type { SpokenLine } from '../../audio/recording.js';
import { splitText } from './split-text.js';
import { voiceOf, type Cast, type CastVoice } from './cast.js';

/** What is spoken in one request: a line, or a part of one that is too long. */
export interface Take {
  line: SpokenLine;
  text: string;
  cast: CastVoice;
  /** Says all about the sound: model, manner, voice and words. What was said before it, which a provider may take up, is no part of it. */
  id: string;
}

/** What is kept of a take beside its sound. */
export const KeptTake = z.object({
  seconds: z.number().nonnegative(),
  /** Of its sound's file. */
  sha256: z.string().optional(),
  requestId: z.string().optional(),
  /** When it was made: ids are taken up for two hours (see `idsLastMs`). */
  spokenAt: z.string(),
  startsMs: z.array(z.number()).optional(),
  endsMs: z.array(z.number()).optional(),
  /** How its cost is known, and by which table. */
  basis: z.enum(['stated', 'usage', 'reservation']),
  prices: z.string(),
});
export type KeptTake = z.infer<typeof KeptTake>;

/** A line's takes, in order. */
export async function takesOf(line: SpokenLine, voices: Cast, signal: AbortSignal): Promise<Take[]> {
  const cast = voiceOf(voices, line);
  const most = await cast.model.mostCharacters(signal);
  return splitText(line.text, most)
    .map((part) => part.trim())
    .filter((text) => text !== '')
    .map((text) => ({ line, text, cast, id: idOf(text, cast) }));
}

function idOf(text: string, { voice, model: { ref, manner } }: CastVoice): string {
  return sha256(JSON.stringify([ref.provider, ref.model, manner ?? null, voice, text])).slice(0, 32);
}

/** A take's files in the phase's folder, by what they hold. */
export const soundOf = ({ id }: Pick<Take, 'id'>): string => `audio_chunks/${id}.wav`;
export const noteOf = ({ id }: Pick<Take, 'id'>): string => `audio_chunks/${id}.json`;
export const sentOf = ({ id }: Pick<Take, 'id'>): string => `audio_calls/${id}.json`;

/** A line of one take is that take's file; one of several has a file of its own. */
export function chunkOf(takes: readonly Pick<Take, 'id'>[]): string {
  const [first, second] = takes;
  if (first && !second) return soundOf(first);
  return soundOf({ id: sha256(takes.map(({ id }) => id).join('\n')).slice(0, 32) });
}

/** In a sound's file, so that a file cannot be taken for another. */
export const commentOf = (id: string): string => `showrunner ${id}`;
