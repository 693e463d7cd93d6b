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

function heard(findings: readonly Finding[], title = 'the lens', others: readonly string[] = []): string[] {
  const quotes = new Map(findings.map((one): [string, Quote] => [one.id, { finding: one, text: one.text }]));
  const synthesis = {
    topic: 'The lamp',
    topic_coverage: 1,
    sources: [{ file: 'lamp.md', title: 'The lamp' }, ...others.map((file) => ({ file, title: file }))],
    themes: [{ title, order: 1, key_terms: [], findings: findings.map(({ id }) => id) }],
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

  it('given a part that is called by its source, when it begins with that source, then the name is said once, and another source is named', () => {
    const other = {
      ...finding('f003', 1, 'The keeper cleans the lens.'),
      file: 'Keepers',
      source_title: 'Keepers',
    };
    const lines = heard([lead, other], 'The lamp', ['Keepers']);
    expect(lines[lines.indexOf(lead.text) - 1]).toContain('The lamp');
    expect(lines.slice(2).filter((line) => line.includes('The lamp') && line !== lead.text)).toHaveLength(1);
    expect(lines[lines.indexOf(other.text) - 1]).toContain('Keepers');
  });
});
