import { escapeForMarkdown } from '../../../machines/index.js';
import type { Chapter } from './chapters.js';
import type { Recording } from './recording.js';

function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/** Markdown show notes: disclosure, chapters and sources. */
export function showNotes(
  { title, disclosure, sources }: Pick<Recording, 'title' | 'disclosure' | 'sources'>,
  chapters: readonly Chapter[],
): string {
  return `${[
    `# ${escapeForMarkdown(title)}`,
    '',
    disclosure,
    '',
    '## Chapters',
    '',
    ...chapters.map((chapter) => `- ${clock(chapter.startSeconds)} ${escapeForMarkdown(chapter.title)}`),
    '',
    '## Sources',
    '',
    ...sources.map((source) => `- ${source}`),
  ].join('\n')}\n`;
}
