import { escapeForTerminal } from '../../../../machines/escape.js';
import type { SpokenScript } from '../script/lines.js';
import { voiceRate, type Timeline } from './timeline.js';

export interface Chapter {
  title: string;
  startSeconds: number;
  endSeconds: number;
}

const milliseconds = (samples: number): number => Math.round((samples / voiceRate) * 1000) / 1000;

/** One chapter for each segment, without gaps: the first starts at 0, the last ends with the episode. */
export function chaptersOf(script: SpokenScript, timeline: Timeline): Chapter[] {
  const starts = script.segments.flatMap(({ segment, title }, index) => {
    const first = timeline.placements.find(({ line }) => line.segment === segment);
    return first === undefined
      ? []
      : [{ title: escapeForTerminal(title), startSeconds: index === 0 ? 0 : milliseconds(first.start) }];
  });
  return starts.map((chapter, index) => ({
    title: chapter.title,
    startSeconds: chapter.startSeconds,
    endSeconds: starts[index + 1]?.startSeconds ?? milliseconds(timeline.totalSamples),
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
