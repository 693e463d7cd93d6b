import type { PhaseContext } from '../../src/index.js';

/** A research that has found these sentences. */
export function finding(texts: readonly string[]): (context: PhaseContext) => Promise<null> {
  const findings = texts.map((text, index) => ({
    id: `f${String(index + 1)}`,
    text,
    file: 'bees.md',
    source_title: 'Bees"><b>',
    sentence: index,
    paragraph: 1,
    heading: '',
    continues: false,
    supported_by: [],
    similar_sentences: 0,
    scores: { relevance: 1, centrality: 1, ease: 1, total: 1 },
  }));
  return async ({ topic, createdAt, writeArtifact }: PhaseContext): Promise<null> => {
    const all = { topic, created_at: createdAt, findings };
    await writeArtifact('research_findings.json', JSON.stringify(all));
    return null;
  };
}
