import { expect, it } from 'vitest';
import type { Finding } from '../../../src/crew/offline/research/reports.js';
import { formThemes, type Placed } from '../../../src/crew/offline/research/themes.js';

it('given a theme from several sources, when it is formed, then the source that most of it is from comes first', () => {
  const placed = (id: string, file: string, sentence: number): Placed => ({
    finding: {
      id,
      file,
      sentence,
      text: 'The lamp has a lens.',
      source_title: file,
      paragraph: 1,
      heading: '',
      continues: false,
      supported_by: [],
      similar_sentences: 0,
      scores: { relevance: 1, centrality: 1, ease: 1, total: 1 },
    } satisfies Finding,
    vector: new Map([['lamp', 1]]),
    reading: { stems: ['lamp'], nouns: [true], words: ['lamp'], isStatement: true },
  });
  const [theme] = formThemes(
    [placed('a', 'a.md', 9), placed('b', 'b.md', 7), placed('c', 'b.md', 3), placed('d', 'c.md', 1)],
    1,
  );
  expect(theme?.findings).toEqual(['c', 'b', 'a', 'd']);
});
