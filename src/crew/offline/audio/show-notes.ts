import { escapeForMarkdown, markdownCode } from '../../../../machines/index.js';
import type { SpokenScript } from '../script/lines.js';
import type { Chapter } from './chapters.js';
import { aiDisclosure } from './id3-tags.js';

function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/** Markdown show notes: disclosure, chapters, and each source with the sentences quoted from it. */
export function showNotes(script: SpokenScript, chapters: readonly Chapter[]): string {
  const sentences = (file: string): number[] =>
    script.lines
      .flatMap(({ source }) => (source?.file === file ? [source.sentence] : []))
      .sort((a, b) => a - b);
  return `${[
    `# ${escapeForMarkdown(script.title)}`,
    '',
    aiDisclosure,
    '',
    '## Chapters',
    '',
    ...chapters.map((chapter) => `- ${clock(chapter.startSeconds)} ${escapeForMarkdown(chapter.title)}`),
    '',
    '## Sources',
    '',
    ...script.sources.map(
      ({ file, title }) =>
        `- ${escapeForMarkdown(title)} (${markdownCode(file)}): sentences ${[...new Set(sentences(file))].join(', ')}`,
    ),
  ].join('\n')}\n`;
}
