import { escapeForTerminal } from '../../../../machines/escape.js';
import { voiceRate, type Timeline } from './timeline.js';

function clock(samples: number, separator: '.' | ','): string {
  const total = Math.round((samples / voiceRate) * 1000);
  const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const seconds = Math.floor(total / 1000);
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}${separator}${pad(total % 1000, 3)}`;
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

/** WebVTT with a voice span for each line. */
export function webVtt({ placements }: Timeline, note: string): string {
  const cues = placements.map(
    ({ line, start, samples }) =>
      `${String(line.index)}\n${clock(start, '.')} --> ${clock(start + samples, '.')}\n<v ${line.speaker}>${cueText(line.text)}\n`,
  );
  return `WEBVTT\n\nNOTE ${note}\n\n${cues.join('\n')}`;
}

/** SubRip, with the speaker's name before the words. */
export function subRip({ placements }: Timeline): string {
  return placements
    .map(
      ({ line, start, samples }) =>
        `${String(line.index)}\n${clock(start, ',')} --> ${clock(start + samples, ',')}\n${line.speaker}: ${plainCue(line.text)}\n`,
    )
    .join('\n');
}
