/** A second-order filter's coefficients, a0 being 1. */
interface Biquad {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

/** ITU-R BS.1770-4's K-weighting for any rate, by the bilinear forms of De Man, "Evaluation of implementations of the EBU R128" (2018). */
function kWeighting(rate: number): [Biquad, Biquad] {
  const k1 = Math.tan((Math.PI * 1681.974450955533) / rate);
  const q1 = 0.7071752369554196;
  const vh = 10 ** (3.999843853973347 / 20);
  const vb = vh ** 0.4996667741545416;
  const n1 = 1 + k1 / q1 + k1 * k1;
  const shelf = {
    b0: (vh + (vb * k1) / q1 + k1 * k1) / n1,
    b1: (2 * (k1 * k1 - vh)) / n1,
    b2: (vh - (vb * k1) / q1 + k1 * k1) / n1,
    a1: (2 * (k1 * k1 - 1)) / n1,
    a2: (1 - k1 / q1 + k1 * k1) / n1,
  };
  const k2 = Math.tan((Math.PI * 38.13547087602444) / rate);
  const q2 = 0.5003270373238773;
  const n2 = 1 + k2 / q2 + k2 * k2;
  return [shelf, { b0: 1, b1: -2, b2: 1, a1: (2 * (k2 * k2 - 1)) / n2, a2: (1 - k2 / q2 + k2 * k2) / n2 }];
}

const loudnessOf = (power: number): number => -0.691 + 10 * Math.log10(power);

/** Integrated loudness of a mono stream after ITU-R BS.1770-4: blocks of 400 ms, 75 % overlap, gated at −70 LUFS and 10 LU below the rest. */
export class LoudnessMeter {
  readonly #filters: [Biquad, Biquad];
  readonly #state = new Float64Array(4);
  readonly #stepSamples: number;
  /** Mean squares of steps of 100 ms. */
  readonly #steps: number[] = [];
  #sum = 0;
  #count = 0;

  constructor(rate: number) {
    this.#filters = kWeighting(rate);
    this.#stepSamples = Math.round(rate / 10);
  }

  add(samples: Float32Array): void {
    const [f, g] = this.#filters;
    const stepSamples = this.#stepSamples;
    let [s1 = 0, s2 = 0, t1 = 0, t2 = 0] = this.#state;
    let sum = this.#sum;
    let count = this.#count;
    for (let index = 0; index < samples.length; index += 1) {
      const x = samples[index] as number;
      const y = f.b0 * x + s1;
      s1 = f.b1 * x - f.a1 * y + s2;
      s2 = f.b2 * x - f.a2 * y;
      const z = g.b0 * y + t1;
      t1 = g.b1 * y - g.a1 * z + t2;
      t2 = g.b2 * y - g.a2 * z;
      sum += z * z;
      count += 1;
      if (count < stepSamples) continue;
      this.#steps.push(sum / count);
      sum = 0;
      count = 0;
    }
    this.#sum = sum;
    this.#count = count;
    this.#state.set([s1, s2, t1, t2]);
  }

  /** LUFS; −Infinity for silence and for less than 400 ms. */
  integrated(): number {
    const blocks: number[] = [];
    for (let end = 4; end <= this.#steps.length; end += 1)
      blocks.push(this.#steps.slice(end - 4, end).reduce((sum, step) => sum + step, 0) / 4);
    const mean = (powers: number[]): number => powers.reduce((sum, power) => sum + power, 0) / powers.length;
    const audible = blocks.filter((power) => loudnessOf(power) > -70);
    if (audible.length === 0) return -Infinity;
    const gate = loudnessOf(mean(audible)) - 10;
    return loudnessOf(mean(audible.filter((power) => loudnessOf(power) > gate)));
  }
}
