import * as z from 'zod';
import { json, readJson } from '../json-artifact.js';
import { madeOnce, sha256 } from '../made-once.js';
import type { PhaseContext } from '../port.js';
import { finishEpisode } from './finish-episode.js';
import type { Recording } from './recording.js';

const Validation = z.looseObject({
  measured: z.looseObject({
    duration_seconds: z.number(),
    loudness_lufs: z.number(),
    true_peak_dbtp: z.number(),
  }),
  scores: z.object({ audio_quality: z.number() }),
});

/**
 * Finishes an episode once for what it is made of, scores it, and gives what the audio phase tells of it; throws `artifact_invalid` when the finished MP3, decoded again, is not as it should be.
 * Score: `audio_quality` (0–1) is the mean margin of the checks in `validation_results.json`, 1 meaning exactly as wished.
 */
export async function finishedEpisode(
  context: PhaseContext,
  recording: Recording,
  { loudness, madeOf }: { loudness: number; madeOf: unknown },
): Promise<Record<string, unknown>> {
  const inputs = sha256(json(madeOf)).slice(0, 16);
  const artifacts = await madeOnce(context, 'finish_episode', `episode-${inputs}`, () =>
    finishEpisode(context, recording, loudness),
  );
  const { measured, scores } = await readJson(context, 'audio/validation_results.json', Validation);
  await context.score('audio_quality', scores.audio_quality);
  context.progress(1, 'The episode is finished');
  return {
    episode: 'audio/episode.mp3',
    duration_seconds: measured.duration_seconds,
    loudness_lufs: measured.loudness_lufs,
    true_peak_dbtp: measured.true_peak_dbtp,
    lines: recording.lines.length,
    audio_quality: scores.audio_quality,
    artifacts,
  };
}
