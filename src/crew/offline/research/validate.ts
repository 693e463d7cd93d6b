import { loadEnglish } from '../english.js';
import type { Sources } from './read-sources.js';
import type { Ranking } from './rank.js';
import { topicWords } from './relevance.js';

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Says what was read and what was left out, and measures the findings against the topic. */
export async function validate(topic: string, wantedWords: number, sources: Sources, ranking: Ranking) {
  const english = await loadEnglish();
  const findings = ranking.placed.map(({ finding }) => finding);

  const stems = new Set(ranking.placed.flatMap((placed) => placed.reading.stems));
  const terms = topicWords(topic).map((term) => ({
    term,
    found: english.read(term).stems.some((stem) => stems.has(stem)),
  }));
  const covered = share(terms.filter(({ found }) => found).length, terms.length);
  const words = findings.reduce((sum, { text }) => sum + text.split(' ').length, 0);
  const filesUsed = new Set(findings.map(({ file }) => file)).size;
  const depth = [
    covered,
    share(filesUsed, Math.min(5, sources.read.length)),
    share(words, wantedWords),
    share(findings.filter(({ similar_sentences }) => similar_sentences > 0).length, findings.length),
  ].map((part) => Math.min(1, part));

  return {
    files_read: sources.read.map((source) => ({
      file: source.file,
      kind: source.kind,
      title: source.title,
      bytes: source.bytes,
      sha256: source.sha256,
      sentences: source.total,
      sentences_left_out: source.leftOut,
      findings: findings.filter(({ file }) => file === source.file).length,
      utf8_repairs: source.repaired,
    })),
    files_skipped: sources.skipped,
    utf8_repairs: sources.read.reduce((sum, { repaired }) => sum + repaired, 0),
    sentences: {
      total: sources.read.reduce((sum, source) => sum + source.total, 0),
      considered: ranking.considered,
      dropped: ranking.dropped,
      duplicates_removed: ranking.duplicates,
    },
    topic_terms: terms,
    findings: findings.map(({ id, file, sentence, supported_by }) => ({
      id,
      file,
      sentence,
      supported_by,
    })),
    words: { found: words, wanted: wantedWords },
    scores: {
      research_depth: rounded((10 * depth.reduce((sum, part) => sum + part, 0)) / depth.length),
      topic_coverage: rounded(covered),
    },
  };
}
