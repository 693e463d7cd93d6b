import type { EpisodeContext } from './context.js';
import type { EpisodeEvent } from './events.js';
import type { Refusal } from './refusal.js';

/** A guard that explains itself: null lets the event pass. Pure. */
export type Check<Event extends EpisodeEvent = EpisodeEvent> = (
  context: EpisodeContext,
  event: Event,
) => Refusal | null;
