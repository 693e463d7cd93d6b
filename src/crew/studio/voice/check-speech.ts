/** A voice says between 4 and 40 characters a second; short lines have a breath more. */
const leastSecondsPerCharacter = 0.025;
const mostSecondsPerCharacter = 0.25;
const breathSeconds = 2;

/** Quieter than −50 dBFS is silence. */
const silentLevel = 32_768 * 10 ** (-50 / 20);
const longestSilenceSeconds = 2.5;
const windowSeconds = 0.02;

/** What is wrong with a spoken text, in words; undefined where it has a voice's length and sound. */
export function complaintOf(
  text: string,
  { samples, rate }: { samples: Int16Array; rate: number },
): string | undefined {
  const seconds = samples.length / rate;
  const said = text
    .replaceAll(/\[[^[\]]*\]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim().length;
  const shown = `${seconds.toFixed(2)} s for ${String(said)} characters`;
  if (seconds < said * leastSecondsPerCharacter) return `it is too short (${shown})`;
  if (seconds > said * mostSecondsPerCharacter + breathSeconds) return `it is too long (${shown})`;
  const { sounding, longestSilence } = soundOf(samples, Math.max(1, Math.round(rate * windowSeconds)));
  if (sounding * windowSeconds < Math.min(0.1, seconds / 4)) return `it is silent (${shown})`;
  if (longestSilence * windowSeconds > longestSilenceSeconds)
    return `it is silent for ${(longestSilence * windowSeconds).toFixed(1)} s within`;
  return undefined;
}

/** Windows that sound, and the longest run of silent ones between two that do. */
function soundOf(samples: Int16Array, window: number): { sounding: number; longestSilence: number } {
  let sounding = 0;
  let silence = 0;
  let longestSilence = 0;
  for (let at = 0; at < samples.length; at += window) {
    const isSounding = samples.subarray(at, at + window).some((sample) => Math.abs(sample) > silentLevel);
    if (!isSounding) {
      silence += 1;
      continue;
    }
    if (sounding > 0) longestSilence = Math.max(longestSilence, silence);
    sounding += 1;
    silence = 0;
  }
  return { sounding, longestSilence };
}
