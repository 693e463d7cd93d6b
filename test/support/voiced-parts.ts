import { defineCrew } from '../../src/index.js';
import type { Crew, PhaseContext } from '../../src/crew/port.js';
import type { SpokenLine } from '../../src/crew/audio/recording.js';
import type { Price } from '../../src/crew/studio/types.js';
import type { Cast } from '../../src/crew/studio/voice/cast.js';
import { elevenLabs, type ElevenLabsSettings } from '../../src/crew/studio/voice/elevenlabs.js';
import { Pacer } from '../../src/crew/studio/voice/pacer.js';
import { speakScript, type SpokenChunk } from '../../src/crew/studio/voice/speak-script.js';

/** Planted: it is to be found in no file and no message. */
export const plantedKey = 'sk_planted0123456789abcdef0123456789abcdef';

/** 220 dollars a million characters. */
export const speechPrice: Price = {
  units: { input_mchars: 220 },
  multiplier: 1,
  tiers: {},
  table: 'own 2026-11-01',
};

/** Lines of two speakers in turns. */
export function linesOf(...texts: string[]): SpokenLine[] {
  return texts.map((text, index) => {
    const speaker = index % 2 === 0 ? 'Ada' : 'Ben';
    return { index: index + 1, speaker, voice: `voice-of-${speaker}`, text, segment: 0 };
  });
}

export function castBy(
  url: string,
  { pacer = new Pacer(2), ...more }: Partial<ElevenLabsSettings> = {},
  price = speechPrice,
): Cast {
  const model = elevenLabs({
    apiKey: plantedKey,
    baseUrl: url,
    pacer,
    queueWaitMs: 5,
    historyWaitsMs: [0, 5],
    ...more,
  });
  return new Map(['Ada', 'Ben'].map((name) => [name, { model, voice: `${name}-voice`, price, pacer }]));
}

/** A crew that only speaks; what was spoken last is in `chunks`. */
export function speakingCrew(
  lines: () => readonly SpokenLine[],
  cast: Cast,
  now: () => number = Date.now,
): Crew & { chunks: Map<number, SpokenChunk> } {
  const spoken = { chunks: new Map<number, SpokenChunk>() };
  const crew = defineCrew({
    research: async () => null,
    script: async () => null,
    async audio(context: PhaseContext) {
      spoken.chunks = await speakScript({ context, now }, lines(), cast);
      return null;
    },
  });
  return Object.assign(spoken, crew);
}
