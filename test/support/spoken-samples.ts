const hums = new Map<number, Int16Array>();

/** A second of a hum whose loudness goes up and down with syllables. */
function humOf(rate: number): Int16Array {
  const known = hums.get(rate);
  if (known) return known;
  const hum = Int16Array.from({ length: rate }, (_, at) => {
    const seconds = at / rate;
    const voice = [1, 2, 3, 5].reduce((sum, n) => sum + Math.sin(2 * Math.PI * 140 * n * seconds) / n, 0);
    return Math.round(5000 * (0.55 + 0.45 * Math.sin(2 * Math.PI * 4 * seconds)) * voice);
  });
  hums.set(rate, hum);
  return hum;
}

/** Sound of the length that a voice needs for a text: a hum, softer after sentences and commas. */
export function spokenSamples(text: string, rate: number): Int16Array {
  const hum = humOf(rate);
  const perCharacter = Math.round(0.065 * rate);
  const samples = new Int16Array(text.length * perCharacter);
  for (let at = 0; at < samples.length; at += rate) samples.set(hum.subarray(0, samples.length - at), at);
  for (const { index } of text.matchAll(/[.!?,;]/g))
    samples.fill(40, index * perCharacter, (index + 1) * perCharacter);
  return samples;
}
