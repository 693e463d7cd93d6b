import { escapeForTerminal } from '../../../machines/escape.js';
import type { Cue, Recording } from './recording.js';
import type { Placement, Timeline } from './timeline.js';

function clock(seconds: number, separator: '.' | ','): string {
  const total = Math.round(seconds * 1000);
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const whole = Math.floor(total / 1000);
  return `${pad(Math.floor(whole / 3600), 2)}:${pad(Math.floor(whole / 60) % 60, 2)}:${pad(whole % 60, 2)}${separator}${pad(total % 1000, 3)}`;
}

/** A cue ends at an empty line, and an arrow makes a new one; what steers a terminal is for no player either. */
function oneLine(text: string): string {
  return escapeForTerminal(text.replaceAll(/\s+/g, ' ').trim());
}

function cueText(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** SubRip has no way to write `<`: players take `<b>` and `{\\an8}` for orders. */
function plainCue(text: string): string {
  return oneLine(text).replaceAll(/[<{]/g, '(').replaceAll(/[>}]/g, ')');
}

type Captioned = Pick<Timeline, 'placements' | 'rate'>;
type CuesOf = Recording['cuesOf'];

/** A line's cues in seconds of the episode; what lies in the silence that was cut off around it is moved to its edge. */
function cuesIn({ line, start, head, samples }: Placement, rate: number, cuesOf: CuesOf): Cue[] {
  const from = start / rate;
  const to = (start + samples) / rate;
  const within = (seconds: number): number => Math.min(to, Math.max(from, from - head / rate + seconds));
  const known = cuesOf?.(line);
  if (!known?.length) return [{ text: line.text, startSeconds: from, endSeconds: to }];
  return known.map(({ text, startSeconds, endSeconds }) => ({
    text,
    startSeconds: within(startSeconds),
    endSeconds: within(endSeconds),
  }));
}

/** WebVTT with a voice span for each cue. */
export function webVtt({ placements, rate }: Captioned, note: string, cuesOf?: CuesOf): string {
  const cues = placements.flatMap((placement) =>
    cuesIn(placement, rate, cuesOf).map((cue) => ({ ...cue, speaker: placement.line.speaker })),
  );
  const texts = cues.map(
    ({ speaker, text, startSeconds, endSeconds }, index) =>
      `${String(index + 1)}\n${clock(startSeconds, '.')} --> ${clock(endSeconds, '.')}\n<v ${cueText(speaker)}>${cueText(text)}\n`,
  );
  return `WEBVTT\n\nNOTE ${oneLine(note).replaceAll('-->', '')}\n\n${texts.join('\n')}`;
}

/** SubRip, with the speaker's name before the first words of a line. */
export function subRip({ placements, rate }: Captioned, cuesOf?: CuesOf): string {
  const cues = placements.flatMap((placement) =>
    cuesIn(placement, rate, cuesOf).map((cue, index) => ({
      ...cue,
      text: `${index === 0 ? `${plainCue(placement.line.speaker)}: ` : ''}${plainCue(cue.text)}`,
    })),
  );
  return cues
    .map(
      ({ text, startSeconds, endSeconds }, index) =>
        `${String(index + 1)}\n${clock(startSeconds, ',')} --> ${clock(endSeconds, ',')}\n${text}\n`,
    )
    .join('\n');
}
