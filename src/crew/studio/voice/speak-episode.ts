import { finishedEpisode } from '../../audio/finished-episode.js';
import type { Recording } from '../../audio/recording.js';
import type { PhaseContext } from '../../port.js';
import type { Cast } from './cast.js';
import { speakScript } from './speak-script.js';

/** A script that is ready to be spoken. */
type ReadyScript = Pick<Recording, 'title' | 'lines' | 'segments' | 'disclosure' | 'artist' | 'sources'>;

/** The rate at which lines are mixed: what both paid providers give. */
const mixRate = 24_000;

/** Speaks a script with its cast, and finishes the episode as the offline crew does. `timed_lines` are those whose captions follow the voice's own times. */
export async function speakEpisode(
  context: PhaseContext,
  script: ReadyScript,
  { cast, loudness, now }: { cast: Cast; loudness: number; now: () => number },
): Promise<Record<string, unknown>> {
  try {
    const chunks = await speakScript({ context, now }, script.lines, cast);
    const recording: Recording = {
      ...script,
      rate: mixRate,
      chunkName: ({ index }) => chunks.get(index)?.chunk ?? '',
      cuesOf: ({ index }) => chunks.get(index)?.cues,
    };
    const finished = await finishedEpisode(context, recording, {
      loudness,
      madeOf: [script, loudness, [...chunks]],
    });
    const made = [...chunks.values()];
    return {
      ...finished,
      speech_requests: made.reduce((sum, { requests }) => sum + requests, 0),
      timed_lines: made.filter(({ cues }) => cues !== undefined).length,
    };
  } finally {
    for (const model of new Set([...cast.values()].map((voice) => voice.model))) await model.close?.();
  }
}
