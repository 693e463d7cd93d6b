import { describe, expect, it } from 'vitest';
import { compose, type Quote } from '../../../src/crew/offline/script/compose.js';
import type { Finding } from '../../../src/crew/offline/research/reports.js';

const finding = (id: string, sentence: number, text: string, continues = false): Finding => ({
  id,
  text,
  file: 'lamp.md',
  source_title: 'The lamp',
  sentence,
  paragraph: 1,
  heading: '',
  continues,
  supported_by: [],
  similar_sentences: 0,
  scores: { relevance: 1, centrality: 1, ease: 1, total: 1 },
});

const lead = finding('f001', 1, 'The lamp has a lens.');
const leaning = finding('f002', 2, 'It turns once in every eight seconds.', true);

function heard(findings: readonly Finding[]): string[] {
  const quotes = new Map(findings.map((one): [string, Quote] => [one.id, { finding: one, text: one.text }]));
  const synthesis = {
    topic: 'The lamp',
    topic_coverage: 1,
    sources: [{ file: 'lamp.md', title: 'The lamp' }],
    themes: [{ title: 'the lens', order: 1, key_terms: [], findings: ['f001', 'f002'] }],
  };
  return compose({ synthesis, quotes, shortOf: undefined }).lines.map(({ text }) => text);
}

describe('compose', () => {
  it('given a sentence that leans on another, when both may be quoted, then one host says them one after the other', () => {
    const lines = heard([lead, leaning]);
    expect(lines.indexOf(leaning.text)).toBe(lines.indexOf(lead.text) + 1);
  });

  it('given a sentence that leans on one that cannot be said, when the script is composed, then it is left out too', () => {
    expect(heard([leaning])).not.toContain(leaning.text);
  });
});
