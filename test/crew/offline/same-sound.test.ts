import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureEpisode } from '../../../src/crew/audio/check-episode.js';
import { encode, masterCeiling } from '../../../src/crew/audio/encode.js';
import { mixLoudness } from '../../../src/crew/audio/mix.js';
import type { Recording, SpokenLine } from '../../../src/crew/audio/recording.js';
import { layOut } from '../../../src/crew/audio/timeline.js';
import { waveHeader } from '../../../src/crew/audio/wave.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { fakeSession } from './fake-phase-context.js';

const target = -16;

/** Something like speech, from integers alone: syllables of noise that rise and fall, with clicks that the limiter meets. */
function syllables(rate: number, seconds: number, seed: number): Int16Array {
  let random = seed;
  return Int16Array.from({ length: rate * seconds }, (_, index) => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    if (index % 9001 === 0) return 32_000;
    const within = index % Math.round(rate / 4);
    const height = Math.min(within, Math.round(rate / 4) - within);
    return Math.trunc((((random >> 15) - 32_768) * height) / rate);
  });
}

const line = (index: number, voice: string, segment: number): SpokenLine => ({
  index,
  speaker: voice,
  voice,
  text: 'Bees dance.',
  segment,
});

test('given lines of two rates, when they are mixed and encoded, then master and MP3 are to the byte what they ever were', async () => {
  const folder = temporaryDirectory();
  const context = fakeSession(folder, { topic: 'Bees', options: {} }).context('audio');
  const lines = [line(1, 'low', 0), line(2, 'high', 1), line(3, 'low', 1)];
  const recording: Recording = {
    title: 'Bees',
    lines,
    segments: [{ segment: 0, title: 'Opening' }],
    rate: 16_000,
    chunkName: ({ index }) => `${index}.wav`,
    disclosure: '',
    artist: '',
    sources: [],
  };
  mkdirSync(join(folder, 'audio'), { recursive: true });
  for (const each of lines) {
    const rate = each.voice === 'low' ? 16_000 : 12_000;
    const samples = syllables(rate, 2, each.index);
    writeFileSync(
      join(folder, 'audio', recording.chunkName(each)),
      Buffer.concat([waveHeader(samples.length, rate), new Uint8Array(samples.buffer)]),
    );
  }
  const timeline = await layOut(context, recording);
  const gainDecibels = target - (await mixLoudness(context, recording, timeline, target));
  const level = { target, gainDecibels, ceilingDecibels: masterCeiling };
  const [mp3, master] = await encode(context, recording, timeline, level, new Uint8Array());
  expect([master?.sha256, mp3?.sha256]).toEqual([
    'c3433e41d754b6578b3a32f5ae07b54072abcffabea5d405f064ed29768ab92b',
    'c9fac53333bffa54822116031ad2a2e987cf146b6ac7af47b69ac3c0f83147ee',
  ]);
  expect(await measureEpisode(context, 'audio/episode.mp3')).toMatchObject({
    loudness_lufs: -16.601,
    true_peak_dbtp: -2.808,
  });
});
