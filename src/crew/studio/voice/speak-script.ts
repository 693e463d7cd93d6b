import { basename } from 'node:path';
import { ProductionError } from '../../../../machines/index.js';
import type { Cue, SpokenLine } from '../../audio/recording.js';
import { readWave, waveHeader } from '../../audio/wave.js';
import { resampled } from '../../audio/resampler.js';
import { UnusableAnswer } from '../unusable-answer.js';
import { cuesOf } from './alignment.js';
import type { Cast, CastVoice } from './cast.js';
import { speakTake, type Speaking } from './speak-take.js';
import { chunkOf, commentOf, soundOf, takesOf, type KeptTake, type Take } from './take.js';

/** A line's file in the phase's folder, and its captions where it is known when each word is said. */
export interface SpokenChunk {
  chunk: string;
  cues: Cue[] | undefined;
  requests: number;
}

/** Ids that are older are refused (elevenlabs.io/docs/eleven-api/guides/how-to/text-to-speech/request-stitching, a stored copy, read on 29 November 2026). */
const idsLastMs = 2 * 3_600_000 - 300_000;
const mostPreviousIds = 3;

/**
 * Speaks all lines. The first take of each voice is spoken and checked alone, before anything else is paid for; then each voice speaks in its order where its model takes up what was
 * said before, and otherwise as many at once as the account lets through.
 */
export async function speakScript(
  speaking: Speaking,
  lines: readonly SpokenLine[],
  cast: Cast,
): Promise<Map<number, SpokenChunk>> {
  const { context } = speaking;
  const takes = new Map<SpokenLine, Take[]>();
  for (const line of lines) takes.set(line, await takesOf(line, cast, context.signal));
  const all = [...takes.values()].flat();
  const kept = new Map<string, KeptTake>();

  let failure: { reason: unknown } | undefined;
  const speakOne = async (take: Take, before: readonly KeptTake[]): Promise<KeptTake> => {
    if (failure) throw failure.reason;
    try {
      return await speakTake(speaking, take, previousIds(before, speaking.now()));
    } catch (reason) {
      failure ??= { reason };
      throw reason;
    }
  };
  const speak = async (take: Take, before: readonly KeptTake[]): Promise<KeptTake> => {
    const made = await take.cast.pacer.run(() => speakOne(take, before));
    kept.set(take.id, made);
    context.progress(
      (0.7 * kept.size) / all.length,
      `${take.line.speaker} has spoken line ${String(take.line.index)}`,
    );
    return made;
  };

  await speakFirst(all, speak);
  await together(queuesOf(all).map((queue) => () => inOrder(queue, speak)));

  const chunks = new Map<number, SpokenChunk>();
  for (const [line, parts] of takes) chunks.set(line.index, await chunkFor(speaking, parts, kept));
  return chunks;
}

type Speak = (take: Take, before: readonly KeptTake[]) => Promise<KeptTake>;

/** @throws ProductionError `artifact_invalid` where a voice is not as a voice should be. */
async function speakFirst(takes: readonly Take[], speak: Speak): Promise<void> {
  for (const take of firstOfEach(takes)) {
    try {
      await speak(take, []);
    } catch (error) {
      if (!(error instanceof UnusableAnswer)) throw error;
      throw new ProductionError(
        'artifact_invalid',
        `The first line of ${take.line.speaker} was spoken to try the voice: ${error.message}. Nothing more was paid for; choose another voice, or run the audio phase again.`,
        { field: 'voices', cause: error },
      );
    }
  }
}

function firstOfEach(takes: readonly Take[]): Take[] {
  const first = new Map<string, Take>();
  for (const take of takes) if (!first.has(voiceKey(take.cast))) first.set(voiceKey(take.cast), take);
  return [...first.values()];
}

function voiceKey({ model: { ref }, voice }: CastVoice): string {
  return JSON.stringify([ref.provider, ref.model, voice]);
}

/** What has to be spoken one after the other: all of a voice that takes up what it said before, else each take alone. */
function queuesOf(takes: readonly Take[]): Take[][] {
  const queues = new Map<string, Take[]>();
  for (const take of takes) {
    const name = take.cast.model.isStitching ? voiceKey(take.cast) : take.id;
    queues.set(name, [...(queues.get(name) ?? []), take]);
  }
  return [...queues.values()];
}

async function inOrder(queue: readonly Take[], speak: Speak): Promise<void> {
  const before: KeptTake[] = [];
  for (const take of queue) before.push(await speak(take, before));
}

/** All of them, to their end: what is under way when one fails is paid for, and kept. */
async function together(works: readonly (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(works.map((work) => work()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function previousIds(before: readonly KeptTake[], nowMs: number): string[] {
  return before
    .filter(({ spokenAt }) => nowMs - Date.parse(spokenAt) < idsLastMs)
    .flatMap(({ requestId }) => requestId ?? [])
    .slice(-mostPreviousIds);
}

async function chunkFor(
  { context }: Speaking,
  takes: readonly Take[],
  kept: ReadonlyMap<string, KeptTake>,
): Promise<SpokenChunk> {
  const chunk = chunkOf(takes);
  if (takes.length > 1) await join({ context }, takes, chunk);
  return { chunk, cues: cuesFor(takes, kept), requests: takes.length };
}

/** Parts are joined as samples: joined files of a lossy form would each add their silence. */
async function join(
  { context }: Pick<Speaking, 'context'>,
  takes: readonly Take[],
  chunk: string,
): Promise<void> {
  const waves = [];
  for (const take of takes) {
    const bytes = await context.readArtifact(`${context.phase}/${soundOf(take)}`);
    const wave = bytes && readWave(bytes);
    if (wave) waves.push(wave);
  }
  const rate = waves[0]?.rate ?? 0;
  const parts = waves.map((wave) => (wave.rate === rate ? wave.samples : atRate(wave, rate)));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  await context.writeArtifact(
    chunk,
    Buffer.concat([waveHeader(length, rate, commentOf(basename(chunk, '.wav'))), ...bytes]),
  );
}

/** A part that came from the provider's history has the rate of its MP3. */
function atRate({ samples, rate }: { samples: Int16Array; rate: number }, to: number): Int16Array {
  const floats = resampled(
    Float32Array.from(samples, (sample) => sample / 32_768),
    rate,
    to,
  );
  return Int16Array.from(floats, (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
  );
}

/** A part without times is one caption; a line in which none has any has its one of old. */
function cuesFor(takes: readonly Take[], kept: ReadonlyMap<string, KeptTake>): Cue[] | undefined {
  let at = 0;
  let isTimed = false;
  const cues: Cue[] = [];
  for (const { id, text } of takes) {
    const { seconds = 0, startsMs, endsMs } = kept.get(id) ?? {};
    const own =
      startsMs && endsMs
        ? cuesOf(text, { startsMs, endsMs })
        : [{ text, startSeconds: 0, endSeconds: seconds }];
    isTimed ||= startsMs !== undefined;
    for (const cue of own)
      cues.push({ ...cue, startSeconds: cue.startSeconds + at, endSeconds: cue.endSeconds + at });
    at += seconds;
  }
  return isTimed ? cues : undefined;
}
