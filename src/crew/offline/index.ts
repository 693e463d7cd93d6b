import { defineCrew, type Crew } from '../port.js';

/** Where the crew finds what it cannot find by itself. */
export interface OfflineCrewSettings {
  /** The compiled voice worker, for those who bundle this folder; by default the one that was built next to this module. */
  voiceWorker?: URL | undefined;
  /** The same for the worker that reads sources. */
  readerWorker?: URL | undefined;
}

/**
 * A demonstration crew that needs no network and no keys: it quotes the caller's own documents word for word and speaks them with two
 * synthetic voices. It writes nothing of its own and judges nothing.
 * It is deterministic, the same inputs give the same bytes. Its options (`context.options`) are an {@link OfflineOptions}.
 */
export function offlineCrew(settings: OfflineCrewSettings = {}): Crew {
  // Each phase is loaded when it first runs, so that importing the crew costs next to nothing.
  return defineCrew({
    name: 'offline',
    research: async (context) =>
      (await import('./research/research.js')).research(context, settings.readerWorker),
    script: async (context) => (await import('./script/script.js')).script(context),
    audio: async (context) => (await import('./audio/audio.js')).audio(context, settings.voiceWorker),
  });
}

export type { OfflineOptions } from './options.js';
export { survey } from './survey.js';
