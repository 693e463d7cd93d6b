import { escapeForTerminal, textForXml } from '../../../machines/escape.js';
import { optionalPackage } from '../optional-package.js';

/** What the feed says about an episode. */
export interface FeedEpisode {
  artist: string;
  disclosure: string;
  title: string;
  sessionId: string;
  episodeNumber: number;
  createdAt: string;
  mp3Bytes: number;
  seconds: number;
}

/** A feed of one item, to be merged into the show's own; file names are relative, as the host is not known here. */
export async function feedItem(episode: FeedEpisode): Promise<string> {
  const { generateRssFeed } = await optionalPackage('feedsmith', () => import('feedsmith'));
  const feed = generateRssFeed({
    title: 'Showrunner',
    link: 'https://example.invalid/',
    description: textForXml(episode.disclosure),
    language: 'en',
    itunes: { explicit: false, author: textForXml(escapeForTerminal(episode.artist)) },
    items: [
      {
        title: textForXml(escapeForTerminal(episode.title)),
        description: textForXml(episode.disclosure),
        guid: { value: episode.sessionId, isPermaLink: false },
        pubDate: new Date(episode.createdAt),
        enclosures: [{ url: 'episode.mp3', length: episode.mp3Bytes, type: 'audio/mpeg' }],
        itunes: {
          explicit: false,
          duration: Math.round(episode.seconds),
          episode: episode.episodeNumber,
          episodeType: 'full',
        },
        podcast: {
          transcripts: [
            { url: 'transcript.vtt', type: 'text/vtt', language: 'en' },
            { url: 'transcript.srt', type: 'application/x-subrip', language: 'en' },
          ],
          chapters: { url: 'chapters.json', type: 'application/json+chapters' },
        },
      },
    ],
  });
  // feedsmith 3.0.1 writes yes and no; Apple documents true and false.
  return feed.replaceAll(
    /<itunes:explicit>(yes|no)</gu,
    (_, word: string) => `<itunes:explicit>${String(word === 'yes')}<`,
  );
}
