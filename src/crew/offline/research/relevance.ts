import { optionalPackage } from '../../optional-package.js';

/** BM25 relevance of each sentence to the topic by its words and its heading's; the highest gets 1. */
export async function relevance(
  topic: string,
  sentences: readonly { text: string; heading: string }[],
): Promise<number[]> {
  const { default: MiniSearch } = await optionalPackage('minisearch', () => import('minisearch'));
  const index = new MiniSearch<{ id: number; text: string; heading: string }>({
    fields: ['text', 'heading'],
  });
  index.addAll(sentences.map(({ text, heading }, id) => ({ id, text, heading })));
  const hits = index.search(topicWords(topic).join(' '), {
    boost: { heading: 0.5 },
    prefix: (term) => term.length > 3,
  });
  const highest = hits[0]?.score ?? 1;
  const scores = sentences.map(() => 0);
  for (const hit of hits) scores[hit.id as number] = hit.score / highest;
  return scores;
}

const emptyWords = new Set(
  'a an and are as at be but by can do does for from has have how in into is it its of on or our that the their they this to up us was we what when where which who why will with you your'.split(
    ' ',
  ),
);

/** The topic's words that carry meaning, in lower case, once each. */
export function topicWords(topic: string): string[] {
  const words = topic.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  return [...new Set(words)].filter((word) => word.length > 1 && !emptyWords.has(word));
}
