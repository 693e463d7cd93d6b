import * as z from 'zod';
import type { ArtifactRef, PhaseContext } from '../../port.js';
import { json, readJson } from '../../json-artifact.js';
import { madeOnce, sha256 } from '../../made-once.js';
import { readOptions } from '../options.js';
import { SpokenScript } from '../script/lines.js';
import { garbageCollector } from '../../audio/collect-garbage.js';
import { finishEpisode } from '../../audio/finish-episode.js';
import { recordingOf } from './recording.js';
import { speakLines } from './speak-lines.js';

const Validation = z.looseObject({
  measured: z.looseObject({
    duration_seconds: z.number(),
    loudness_lufs: z.number(),
    true_peak_dbtp: z.number(),
  }),
  scores: z.object({ audio_quality: z.number() }),
});

/**
 * Speaks the script and finishes the episode; throws `artifact_invalid` when the finished MP3, decoded again, is not as it should be.
 * Score: `audio_quality` (0–1) is the mean margin of the checks in `validation_results.json`, 1 meaning exactly as wished.
 */
export async function audio(context: PhaseContext, workerUrl: URL | undefined): Promise<unknown> {
  const { loudness } = readOptions(context);
  context.progress(0, 'Reading the script');
  const script = await readJson(context, 'script/script.json', SpokenScript);
  // What reading and writing have left behind would otherwise stand beside the voices' memory at its highest.
  const collectGarbage = garbageCollector();
  collectGarbage();
  const chunks = await speakLines(context, script.lines, workerUrl);
  collectGarbage();
  const inputs = sha256(json([script, loudness, chunks.map((chunk) => chunk.sha256)])).slice(0, 16);
  const artifacts: ArtifactRef[] = await madeOnce(context, 'finish_episode', `episode-${inputs}`, () =>
    finishEpisode(context, recordingOf(script), loudness),
  );
  const { measured, scores } = await readJson(context, 'audio/validation_results.json', Validation);
  await context.score('audio_quality', scores.audio_quality);
  context.progress(1, 'The episode is finished');
  return {
    episode: 'audio/episode.mp3',
    duration_seconds: measured.duration_seconds,
    loudness_lufs: measured.loudness_lufs,
    true_peak_dbtp: measured.true_peak_dbtp,
    lines: script.lines.length,
    audio_quality: scores.audio_quality,
    artifacts,
  };
}
