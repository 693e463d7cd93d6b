import type { ArtifactRef, ArtifactWriter, PhaseContext } from '../port.js';
import { optionalPackage } from '../optional-package.js';
import { Limiter } from './limiter.js';
import { mix } from './mix.js';
import type { Recording } from './recording.js';
import { Resampler, resamplerDelay } from './resampler.js';
import type { Timeline } from './timeline.js';
import { waveHeader } from './wave.js';

/** The rate every player and directory accepts. */
export const episodeRate = 44_100;
export const episodeKilobits = 64;
/** LAME 3.100 multiplies its input by 0.95 (its default scale): 0.45 dB are given beforehand. */
const lameScale = 0.95;
/** No sample of the master is above this, in dBFS: MP3 adds up to about 1.5 dB to a peak. */
export const masterCeiling = -3;
const lookAhead = 441;

/** Samples at the episode's rate. */
function episodeSamples(timeline: Timeline): number {
  return Math.ceil((timeline.totalSamples * episodeRate) / timeline.rate);
}

/** How loud the mix is made. */
export interface Level {
  /** The loudness to which each voice is levelled, in LUFS. */
  target: number;
  gainDecibels: number;
  ceilingDecibels: number;
}

const factor = (decibels: number): number => 10 ** (decibels / 20);

/** The mix at the episode's rate, limited, in blocks; exactly {@link episodeSamples} samples. */
async function* master(
  context: PhaseContext,
  recording: Recording,
  timeline: Timeline,
  level: Level,
): AsyncGenerator<Float32Array> {
  const resampler = new Resampler(timeline.rate, episodeRate);
  const limiter = new Limiter(factor(level.ceilingDecibels), lookAhead);
  const gain = factor(level.gainDecibels);
  // What the two filters are late by is dropped at the start and flushed out at the end.
  let late = Math.ceil((resamplerDelay * episodeRate) / timeline.rate) + lookAhead;
  let left = episodeSamples(timeline);
  const pass = (input: Float32Array): Float32Array => {
    const output = resampler.push(scaled(input, gain));
    limiter.process(output);
    const kept = output.subarray(Math.min(late, output.length), Math.min(output.length, late + left));
    late -= Math.min(late, output.length);
    left -= kept.length;
    return kept;
  };
  for await (const block of mix(context, recording, timeline, level.target)) yield pass(block);
  yield pass(new Float32Array(resamplerDelay + lookAhead));
}

// Loops over samples are written out where there are tens of millions: a call for each, as of `map` and `from`, takes several times as long.
function scaled(samples: Float32Array, gain: number): Float32Array {
  const output = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) output[index] = (samples[index] as number) * gain;
  return output;
}

function toPcm16(samples: Float32Array): Uint8Array {
  const pcm = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index += 1)
    pcm[index] = Math.max(-32_768, Math.min(32_767, Math.round((samples[index] as number) * 32_767)));
  return new Uint8Array(pcm.buffer);
}

/** Writes `master.wav` and `episode.mp3` in one pass. */
export async function encode(
  context: PhaseContext,
  recording: Recording,
  timeline: Timeline,
  level: Level,
  tags: Uint8Array,
): Promise<ArtifactRef[]> {
  const { createMp3Encoder } = await optionalPackage(
    'wasm-media-encoders',
    () => import('wasm-media-encoders'),
  );
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: episodeRate, channels: 1, bitrate: episodeKilobits });
  const writers: ArtifactWriter[] = [];
  try {
    const wave = await context.artifact('master.wav');
    writers.push(wave);
    const mp3 = await context.artifact('episode.mp3');
    writers.push(mp3);
    await wave.write(waveHeader(episodeSamples(timeline), episodeRate));
    await mp3.write(tags);
    let done = 0;
    for await (const block of master(context, recording, timeline, level)) {
      await wave.write(toPcm16(block));
      for (let start = 0; start < block.length; start += episodeRate) {
        const part = block.slice(start, start + episodeRate);
        for (let index = 0; index < part.length; index += 1)
          part[index] = (part[index] as number) / lameScale;
        // The encoder reuses its buffer: copy before the next call.
        await mp3.write(encoder.encode([part]).slice());
      }
      done += block.length;
      context.progress(0.7 + (0.2 * done) / episodeSamples(timeline), 'Mixing and encoding');
    }
    await mp3.write(encoder.finalize().slice());
    return [await mp3.finish(), await wave.finish()];
  } finally {
    for (const writer of writers) await writer.discard();
  }
}
