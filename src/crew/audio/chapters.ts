import { escapeForTerminal } from '../../../machines/escape.js';
import type { Recording } from './recording.js';
import type { Timeline } from './timeline.js';

export interface Chapter {
  title: string;
  startSeconds: number;
  endSeconds: number;
}

const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** One chapter for each segment, without gaps: the first starts at 0, the last ends with the episode. */
export function chaptersOf(
  { segments }: Pick<Recording, 'segments'>,
  { placements, rate, totalSamples }: Pick<Timeline, 'placements' | 'rate' | 'totalSamples'>,
): Chapter[] {
  const milliseconds = (samples: number): number => toMilliseconds(samples / rate);
  const starts = segments.flatMap(({ segment, title }, index) => {
    const first = placements.find(({ line }) => line.segment === segment);
    return first === undefined
      ? []
      : [{ title: escapeForTerminal(title), startSeconds: index === 0 ? 0 : milliseconds(first.start) }];
  });
  return starts.map((chapter, index) => ({
    title: chapter.title,
    startSeconds: chapter.startSeconds,
    endSeconds: starts[index + 1]?.startSeconds ?? milliseconds(totalSamples),
  }));
}

/** Podcasting 2.0 JSON chapters, version 1.2. */
export function jsonChapters(title: string, chapters: readonly Chapter[]) {
  return {
    version: '1.2.0',
    title: escapeForTerminal(title),
    chapters: chapters.map((chapter) => ({ startTime: chapter.startSeconds, title: chapter.title })),
  };
}
