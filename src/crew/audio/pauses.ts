import type { SpokenLine } from './recording.js';

/** Silence around and between lines, in seconds. */
export const pauses = { lead: 0.4, sameSpeaker: 0.35, otherSpeaker: 0.5, segment: 1, tail: 0.8 } as const;

/** The pause before a line. */
export function pauseBefore(
  line: Pick<SpokenLine, 'speaker' | 'segment'>,
  previous: Pick<SpokenLine, 'speaker' | 'segment'> | undefined,
): number {
  if (previous === undefined) return pauses.lead;
  if (line.segment !== previous.segment) return pauses.segment;
  return line.speaker === previous.speaker ? pauses.sameSpeaker : pauses.otherSpeaker;
}
