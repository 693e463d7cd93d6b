import { garbageCollector } from './collect-garbage.js';
import type { PhaseContext } from '../port.js';
import { refuseIfAborted } from '../interrupted.js';
import { LoudnessMeter } from './loudness-meter.js';
import type { Recording } from './recording.js';
import { readSpeech, type Timeline } from './timeline.js';

const blocksBetweenCollections = 20;

/** Speech fades in and out, so that cuts do not click. */
const fadeSeconds = 0.005;

/** Each voice's gain to the same loudness; a voice that said next to nothing is left as it is. */
function levels(timeline: Timeline, target: number): Map<string, number> {
  return new Map(
    [...timeline.voices].map(([voice, loudness]) => [
      voice,
      Number.isFinite(loudness) ? 10 ** ((target - loudness) / 20) : 1,
    ]),
  );
}

/** The episode at the recording's rate in blocks of one pause and one line, voices levelled; never more than a block in memory. */
export async function* mix(
  context: PhaseContext,
  recording: Recording,
  timeline: Timeline,
  target: number,
): AsyncGenerator<Float32Array> {
  const gains = levels(timeline, target);
  const fadeSamples = Math.round(fadeSeconds * timeline.rate);
  let at = 0;
  const collectGarbage = garbageCollector();
  let blocks = 0;
  for (const { line, start, head, samples } of timeline.placements) {
    refuseIfAborted(context.signal, context.sessionId);
    const speech = await readSpeech(context, recording, line);
    const block = new Float32Array(start - at + samples);
    const gain = gains.get(line.voice) ?? 1;
    const from = start - at;
    for (let index = 0; index < samples; index += 1) {
      const edge = Math.min(index + 1, samples - index);
      const level = (speech[head + index] as number) * gain;
      block[from + index] = edge < fadeSamples ? level * (edge / fadeSamples) : level;
    }
    at = start + samples;
    yield block;
    // Sample blocks live outside V8's heap and count little for it: left alone they pile up to 80 MB (Node 20.20).
    if ((blocks += 1) % blocksBetweenCollections === 0) collectGarbage();
  }
  yield new Float32Array(timeline.totalSamples - at);
}

/** The loudness of the whole mix, in LUFS. */
export async function mixLoudness(
  context: PhaseContext,
  recording: Recording,
  timeline: Timeline,
  target: number,
): Promise<number> {
  const meter = new LoudnessMeter(timeline.rate);
  for await (const block of mix(context, recording, timeline, target)) meter.add(block);
  return meter.integrated();
}
