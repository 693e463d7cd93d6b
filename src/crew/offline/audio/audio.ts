import { finishedEpisode } from '../../audio/finished-episode.js';
import { garbageCollector } from '../../audio/collect-garbage.js';
import { readJson } from '../../json-artifact.js';
import type { PhaseContext } from '../../port.js';
import { readOptions } from '../options.js';
import { SpokenScript } from '../script/lines.js';
import { recordingOf } from './recording.js';
import { speakLines } from './speak-lines.js';

/** Speaks the script and finishes the episode. */
export async function audio(context: PhaseContext, workerUrl: URL | undefined): Promise<unknown> {
  const { loudness } = readOptions(context);
  context.progress(0, 'Reading the script');
  const script = await readJson(context, 'script/script.json', SpokenScript);
  // What reading and writing have left behind would otherwise stand beside the voices' memory at its highest.
  const collectGarbage = garbageCollector();
  collectGarbage();
  const chunks = await speakLines(context, script.lines, workerUrl);
  collectGarbage();
  const madeOf = [script, loudness, chunks.map((chunk) => chunk.sha256)];
  return finishedEpisode(context, recordingOf(script), { loudness, madeOf });
}
