import { describe, expect, it } from 'vitest';
import { Limiter } from '../../../src/crew/audio/limiter.js';
import { LoudnessMeter } from '../../../src/crew/audio/loudness-meter.js';
import { Resampler } from '../../../src/crew/audio/resampler.js';
import { TruePeakMeter } from '../../../src/crew/audio/true-peak-meter.js';
import { readWave, waveHeader } from '../../../src/crew/audio/wave.js';

const sine = (rate: number, hertz: number, seconds: number, level: number, phase = 0): Float32Array =>
  Float32Array.from(
    { length: rate * seconds },
    (_, index) => level * Math.sin((2 * Math.PI * hertz * index) / rate + phase),
  );

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

describe('signal', () => {
  it.each([16_000, 44_100, 48_000])(
    'given a 997 Hz sine at full scale and %i Hz, when it is metered, then it is at -3.01 LUFS as BS.1770 says',
    (rate) => {
      const meter = new LoudnessMeter(rate);
      meter.add(sine(rate, 997, 5, 1));
      expect(meter.integrated()).toBeCloseTo(-3.01, 1);
    },
  );

  it('given speech and long silence, when it is metered, then the silence is gated out', () => {
    const meter = new LoudnessMeter(48_000);
    meter.add(sine(48_000, 997, 5, 0.1));
    meter.add(new Float32Array(48_000 * 20));
    expect(meter.integrated()).toBeCloseTo(-23.01, 0);
  });

  it('given a tone, when it is resampled in uneven blocks, then its level and pitch stay and nothing depends on the blocks', () => {
    const tone = sine(16_000, 1000, 2, 0.5);
    const whole = new Resampler(16_000, 44_100).push(tone);
    const resampler = new Resampler(16_000, 44_100);
    const parts = [tone.subarray(0, 7), tone.subarray(7, 5000), tone.subarray(5000)].flatMap((part) =>
      Array.from(resampler.push(part)),
    );
    expect(parts).toEqual([...whole]);
    expect(whole.length).toBe(88_200);
    expect(rms(whole.subarray(1000))).toBeCloseTo(0.5 / Math.SQRT2, 3);
    const crossings = whole
      .subarray(4410, 48_510)
      .filter((x, index, all) => index > 0 && x >= 0 && (all[index - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings - 1000)).toBeLessThanOrEqual(1);
  });

  it('given peaks above the ceiling, when they are limited, then none leaves and quiet parts are untouched', () => {
    const loud = sine(44_100, 300, 1, 0.2);
    for (let at = 20_000; at < 20_050; at += 1) loud[at] = 1.5;
    const quiet = loud.slice(0, 10_000);
    new Limiter(0.7, 441).process(loud);
    expect(loud.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThanOrEqual(0.7001);
    expect(loud.slice(441, 10_000)).toEqual(quiet.slice(0, 10_000 - 441));
  });

  it('given a sine sampled beside its crests, when its true peak is measured, then the crest between the samples is found', () => {
    const meter = new TruePeakMeter();
    meter.add(sine(48_000, 12_000, 0.1, 1, Math.PI / 4));
    expect(meter.decibels()).toBeGreaterThan(-0.7);
    expect(meter.decibels()).toBeLessThan(0.7);
  });

  it.each([100, 102, 106, 120])(
    'given one crest between two samples amid silence, in blocks that are cut at %i, when its true peak is measured, then it is found',
    (cut) => {
      const sound = new Float32Array(200);
      sound.set([0.9, 0.9], 100);
      const meter = new TruePeakMeter();
      meter.add(sound.subarray(0, cut));
      meter.add(sound.subarray(cut));
      expect(10 ** (meter.decibels() / 20)).toBeCloseTo(1.13, 1);
    },
  );

  it('given a WAVE file, when it is read, then samples and comment come back, and a file cut short is refused', () => {
    const file = new Uint8Array(
      Buffer.concat([waveHeader(4, 16_000, 'note'), new Uint8Array(new Int16Array([1, -2, 3, -4]).buffer)]),
    );
    expect(readWave(file)).toEqual({
      rate: 16_000,
      comment: 'note',
      samples: new Int16Array([1, -2, 3, -4]),
    });
    expect(readWave(file.subarray(0, file.length - 1))).toBeUndefined();
    expect(readWave(new Uint8Array(60))).toBeUndefined();
  });

  it('a file that is cut short in its head is none', () => {
    const chunk = (id: string, size: number, bytes: number): Buffer => {
      const head = Buffer.from(`${id}\0\0\0\0`, 'latin1');
      head.writeUInt32LE(size, 4);
      return Buffer.concat([head, Buffer.alloc(bytes, Buffer.from([1, 0]))]);
    };
    const riff = Buffer.from('RIFF\0\0\0\0WAVE', 'latin1');
    expect(readWave(Buffer.concat([riff, chunk('LIST', 20, 20), chunk('fmt ', 16, 4)]))).toBeUndefined();
    expect(readWave(Buffer.concat([riff, chunk('LIST', 20, 20), chunk('fmt ', 2, 2)]))).toBeUndefined();
  });
});
