import { garbageCollector } from './collect-garbage.js';
import type { PhaseContext } from '../../port.js';
import { refuseIfAborted } from '../interrupted.js';
import { LoudnessMeter } from './loudness-meter.js';
import { readSpeech, voiceRate, type Timeline } from './timeline.js';

const blocksBetweenCollections = 20;

/** Speech fades in and out over this many samples (5 ms), so that cuts do not click. */
const fadeSamples = 80;

/** Each voice's gain to the same loudness; a voice that said next to nothing is left as it is. */
function levels(timeline: Timeline, target: number): Map<string, number> {
  return new Map(
    [...timeline.voices].map(([voice, loudness]) => [
      voice,
      Number.isFinite(loudness) ? 10 ** ((target - loudness) / 20) : 1,
    ]),
  );
}

/** The episode at flite's rate in blocks of one pause and one line, voices levelled; never more than a block in memory. */
export async function* mix(
  context: PhaseContext,
  timeline: Timeline,
  target: number,
): AsyncGenerator<Float32Array> {
  const gains = levels(timeline, target);
  let at = 0;
  const collectGarbage = garbageCollector();
  let blocks = 0;
  for (const { line, start, head, samples } of timeline.placements) {
    refuseIfAborted(context.signal, context.sessionId);
    const speech = await readSpeech(context, line);
    const block = new Float32Array(start - at + samples);
    const gain = gains.get(line.voice) ?? 1;
    for (let index = 0; index < samples; index += 1) {
      const fade = Math.min(1, (index + 1) / fadeSamples, (samples - index) / fadeSamples);
      block[start - at + index] = (speech[head + index] ?? 0) * gain * fade;
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
  timeline: Timeline,
  target: number,
): Promise<number> {
  const meter = new LoudnessMeter(voiceRate);
  for await (const block of mix(context, timeline, target)) meter.add(block);
  return meter.integrated();
}
