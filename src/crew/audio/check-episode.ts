import type { PhaseContext } from '../port.js';
import { refuseIfAborted } from '../interrupted.js';
import { optionalPackage } from '../optional-package.js';
import { LoudnessMeter } from './loudness-meter.js';
import { TruePeakMeter } from './true-peak-meter.js';

/** What the finished MP3 says when it is decoded again. */
export interface Measured {
  sample_rate: number;
  duration_seconds: number;
  loudness_lufs: number;
  true_peak_dbtp: number;
  clipped_samples: number;
  longest_silence_seconds: number;
  decoder_errors: number;
}

/** Podcast directories ask for a true peak of at most −1 dBTP. */
export const highestPeak = -1;

/** Quieter than this (−60 dBFS) is silence. */
const silentLevel = 0.001;

const rounded = (value: number): number => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : -200);

/** Decodes an MP3 artifact in blocks and measures it; a file without sound gives a duration of 0. */
export async function measureEpisode(context: PhaseContext, path: string): Promise<Measured> {
  const { MPEGDecoder } = await optionalPackage('mpg123-decoder', () => import('mpg123-decoder'));
  const decoder = new MPEGDecoder();
  await decoder.ready;
  let loudness: LoudnessMeter | undefined;
  const peak = new TruePeakMeter();
  let rate = 0;
  let samples = 0;
  let clipped = 0;
  let silence = 0;
  let longest = 0;
  let errors = 0;
  try {
    for await (const chunk of (await context.streamArtifact(path)) ?? []) {
      refuseIfAborted(context.signal, context.sessionId);
      const decoded = decoder.decode(new Uint8Array(chunk as Uint8Array));
      errors += decoded.errors.length;
      const [channel] = decoded.channelData;
      if (channel === undefined || decoded.samplesDecoded === 0) continue;
      rate = decoded.sampleRate;
      loudness ??= new LoudnessMeter(rate);
      loudness.add(channel);
      peak.add(channel);
      samples += channel.length;
      for (let index = 0; index < channel.length; index += 1) {
        const level = Math.abs(channel[index] as number);
        if (level >= 1) clipped += 1;
        silence = level < silentLevel ? silence + 1 : 0;
        if (silence > longest) longest = silence;
      }
    }
  } finally {
    decoder.free();
  }
  return {
    sample_rate: rate,
    duration_seconds: rate === 0 ? 0 : rounded(samples / rate),
    loudness_lufs: rounded(loudness?.integrated() ?? -Infinity),
    true_peak_dbtp: rounded(peak.decibels()),
    clipped_samples: clipped,
    longest_silence_seconds: rate === 0 ? 0 : rounded(longest / rate),
    decoder_errors: errors,
  };
}

/** One requirement on the finished episode. */
export interface Check {
  name: string;
  value: number;
  limit: string;
  passed: boolean;
  /** 1 when exactly as wished, 0 at the limit or beyond. */
  margin: number;
}

/** Judges a measurement against the timeline's duration and the wished loudness. */
export function judge(measured: Measured, expectedSeconds: number, target: number): Check[] {
  const durationOff = Math.abs(measured.duration_seconds - expectedSeconds) / expectedSeconds;
  const loudnessOff = Math.abs(measured.loudness_lufs - target);
  const check = (name: string, value: number, limit: string, excess: number): Check => ({
    name,
    value: rounded(value),
    limit,
    passed: excess <= 1,
    margin: rounded(Math.max(0, Math.min(1, 1 - excess))),
  });
  const allOrNothing = (name: string, value: number, limit: string, passed: boolean): Check => ({
    name,
    value,
    limit,
    passed,
    margin: passed ? 1 : 0,
  });
  return [
    check('duration_off_share', durationOff, 'at most 0.01 of the timeline', durationOff / 0.01),
    check('loudness_off_lu', loudnessOff, `at most 1 LU from ${String(target)} LUFS`, loudnessOff),
    allOrNothing(
      'true_peak_dbtp',
      measured.true_peak_dbtp,
      'at most -1 dBTP',
      measured.true_peak_dbtp <= highestPeak,
    ),
    allOrNothing('clipped_samples', measured.clipped_samples, 'none', measured.clipped_samples === 0),
    allOrNothing(
      'longest_silence_seconds',
      measured.longest_silence_seconds,
      'at most 3 s',
      measured.longest_silence_seconds <= 3,
    ),
    allOrNothing('decoder_errors', measured.decoder_errors, 'none', measured.decoder_errors === 0),
  ];
}
