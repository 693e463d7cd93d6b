import type { OlderEpisode } from './older-episode.js';

/** Older productions have their tests among the real episodes: numbers from 990 to 999, and topics that say so. */
export function isTestEpisode({
  episodeNumber,
  topic,
}: Pick<OlderEpisode, 'episodeNumber' | 'topic'>): boolean {
  return (episodeNumber >= 990 && episodeNumber <= 999) || /^\W*test(?:\b|_)/i.test(topic);
}
