import { escapeForTerminal } from '../../../machines/escape.js';
import { optionalPackage } from '../optional-package.js';
import type { Chapter } from './chapters.js';
import type { Recording } from './recording.js';

/** An ID3v2 tag with title, artist, the disclosure as comment, and chapters. */
export async function id3Tags(
  { title, artist, disclosure }: Pick<Recording, 'title' | 'artist' | 'disclosure'>,
  createdAt: string,
  chapters: readonly Chapter[],
): Promise<Uint8Array> {
  const { default: NodeID3 } = await optionalPackage('node-id3', () => import('node-id3'));
  const ids = chapters.map((_, index) => `chapter${String(index + 1)}`);
  return NodeID3.create({
    title: escapeForTerminal(title),
    artist: escapeForTerminal(artist),
    genre: 'Podcast',
    year: createdAt.slice(0, 4),
    comment: { language: 'eng', text: disclosure },
    chapter: chapters.map((chapter, index) => ({
      elementID: ids[index] ?? '',
      startTimeMs: Math.round(chapter.startSeconds * 1000),
      endTimeMs: Math.round(chapter.endSeconds * 1000),
      tags: { title: chapter.title },
    })),
    tableOfContents: [{ elementID: 'toc', isOrdered: true, elements: ids }],
  });
}
