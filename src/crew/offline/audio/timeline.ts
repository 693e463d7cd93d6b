import type { PhaseContext } from '../../port.js';
import { ProductionError } from '../../../../machines/errors.js';
import { pauseBefore, pauses } from '../script/pace.js';
import type { ScriptLine } from '../script/lines.js';
import { LoudnessMeter } from './loudness-meter.js';
import { chunkName } from './speak-lines.js';
import { readWave } from './wave.js';

/** flite's rate. */
export const voiceRate = 16_000;

/** A line's place in the episode, in samples at flite's rate, and which part of its chunk is speech. */
interface Placement {
  line: ScriptLine;
  start: number;
  head: number;
  samples: number;
}

export interface Timeline {
  placements: Placement[];
  totalSamples: number;
  /** Integrated loudness of each voice before levelling, in LUFS. */
  voices: Map<string, number>;
}

/** Below this a voice's edge is silence, which the pauses already provide. */
const silentLevel = 0.004;

/** Reads a chunk's speech as floats; throws `artifact_invalid` when the chunk cannot be read. */
export async function readSpeech(context: PhaseContext, line: ScriptLine): Promise<Float32Array> {
  const bytes = await context.readArtifact(`audio/${chunkName(line)}`);
  const wave = bytes === undefined ? undefined : readWave(bytes);
  if (wave?.rate !== voiceRate) {
    throw new ProductionError(
      'artifact_invalid',
      `Session ${context.sessionId}: audio/${chunkName(line)} is missing or damaged. Run the audio phase again.`,
      {
        sessionId: context.sessionId,
      },
    );
  }
  return Float32Array.from(wave.samples, (sample) => sample / 32_768);
}

function trim(samples: Float32Array): { head: number; samples: number } {
  let head = 0;
  let end = samples.length;
  while (head < end && Math.abs(samples[head] ?? 0) < silentLevel) head += 1;
  while (end > head && Math.abs(samples[end - 1] ?? 0) < silentLevel) end -= 1;
  return { head, samples: end - head };
}

/** Places the lines one after the other with pauses, and measures each voice on the way. */
export async function layOut(context: PhaseContext, lines: readonly ScriptLine[]): Promise<Timeline> {
  const meters = new Map<string, LoudnessMeter>();
  const placements: Placement[] = [];
  let at = 0;
  for (const [index, line] of lines.entries()) {
    const speech = await readSpeech(context, line);
    const part = trim(speech);
    const meter = meters.get(line.voice) ?? new LoudnessMeter(voiceRate);
    meters.set(line.voice, meter);
    meter.add(speech.subarray(part.head, part.head + part.samples));
    at += Math.round(pauseBefore(line, lines[index - 1]) * voiceRate);
    placements.push({ line, start: at, ...part });
    at += part.samples;
  }
  const voices = new Map([...meters].map(([voice, meter]) => [voice, meter.integrated()]));
  return { placements, totalSamples: at + Math.round(pauses.tail * voiceRate), voices };
}
