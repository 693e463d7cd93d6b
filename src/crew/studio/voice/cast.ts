import { ProductionError } from '../../../../machines/index.js';
import type { SpokenLine } from '../../audio/recording.js';
import type { Price } from '../types.js';
import type { Pacer } from './pacer.js';
import type { SpeechModel } from './speech-model.js';

/** Who speaks a speaker's lines, and for how much. */
export interface CastVoice {
  model: SpeechModel;
  /** The provider's name or id of the voice. */
  voice: string;
  price: Price;
  /** Shared by all voices of one account. */
  pacer: Pacer;
}

/** Voices by speaker. */
export type Cast = ReadonlyMap<string, CastVoice>;

/** @throws ProductionError `invalid_input`, naming who has no voice. */
export function voiceOf(cast: Cast, { speaker }: Pick<SpokenLine, 'speaker'>): CastVoice {
  const voice = cast.get(speaker);
  if (voice) return voice;
  throw new ProductionError(
    'invalid_input',
    `voices: ${speaker} has lines and no voice; give one to each speaker: ${[...cast.keys()].join(', ')} have one.`,
    { field: 'voices' },
  );
}
