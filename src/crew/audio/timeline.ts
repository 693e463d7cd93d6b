import type { PhaseContext } from '../port.js';
import { ProductionError } from '../../../machines/errors.js';
import { LoudnessMeter } from './loudness-meter.js';
import { pauseBefore, pauses } from './pauses.js';
import type { Recording, SpokenLine } from './recording.js';
import { resampled } from './resampler.js';
import { readWave } from './wave.js';

/** A line's place in the episode, in samples at the recording's rate, and which part of its file is speech. */
export interface Placement {
  line: SpokenLine;
  start: number;
  head: number;
  samples: number;
}

export interface Timeline {
  /** Samples a second. */
  rate: number;
  placements: Placement[];
  totalSamples: number;
  /** Integrated loudness of each voice before levelling, in LUFS. */
  voices: Map<string, number>;
}

/** Below this a voice's edge is silence, which the pauses already provide. */
const silentLevel = 0.004;

/** Reads a line's speech as floats; throws `artifact_invalid` when its file cannot be read. */
export async function readSpeech(
  context: PhaseContext,
  { chunkName, rate }: Pick<Recording, 'chunkName' | 'rate'>,
  line: SpokenLine,
): Promise<Float32Array> {
  const path = `${context.phase}/${chunkName(line)}`;
  const bytes = await context.readArtifact(path);
  const wave = bytes === undefined ? undefined : readWave(bytes);
  if (wave === undefined) {
    throw new ProductionError(
      'artifact_invalid',
      `Session ${context.sessionId}: ${path} is missing or damaged. Run the audio phase again.`,
      {
        sessionId: context.sessionId,
      },
    );
  }
  const { samples } = wave;
  const speech = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) speech[index] = (samples[index] as number) / 32_768;
  return wave.rate === rate ? speech : resampled(speech, wave.rate, rate);
}

function trim(samples: Float32Array): { head: number; samples: number } {
  let head = 0;
  let end = samples.length;
  while (head < end && Math.abs(samples[head] ?? 0) < silentLevel) head += 1;
  while (end > head && Math.abs(samples[end - 1] ?? 0) < silentLevel) end -= 1;
  return { head, samples: end - head };
}

/** Places the lines one after the other with pauses, and measures each voice on the way. */
export async function layOut(context: PhaseContext, recording: Recording): Promise<Timeline> {
  const { lines, rate } = recording;
  const meters = new Map<string, LoudnessMeter>();
  const placements: Placement[] = [];
  let at = 0;
  for (const [index, line] of lines.entries()) {
    const speech = await readSpeech(context, recording, line);
    const part = trim(speech);
    const meter = meters.get(line.voice) ?? new LoudnessMeter(rate);
    meters.set(line.voice, meter);
    meter.add(speech.subarray(part.head, part.head + part.samples));
    at += Math.round(pauseBefore(line, lines[index - 1]) * rate);
    placements.push({ line, start: at, ...part });
    at += part.samples;
  }
  const voices = new Map([...meters].map(([voice, meter]) => [voice, meter.integrated()]));
  return { rate, placements, totalSamples: at + Math.round(pauses.tail * rate), voices };
}
