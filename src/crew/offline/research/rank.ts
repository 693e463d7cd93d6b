import { loadEnglish } from '../english.js';
import { centrality } from './centrality.js';
import { choose, type Choice } from './choose.js';
import { focus } from './focus.js';
import type { ReadSource } from './read-sources.js';
import { spokenForm } from '../script/speakable.js';
import { relevance } from './relevance.js';
import type { Finding } from './reports.js';
import { continuesPrevious, easeOfListening, needsContext } from './sentence-fitness.js';
import type { Sentence } from './sentences.js';
import { neighbours, vectorsOf } from './similarity.js';
import type { Placed } from './themes.js';

export interface Ranking {
  placed: Placed[];
  /** How many sentences were dropped, by reason. */
  dropped: Record<string, number>;
  duplicates: number;
  /** Sentences that were worth considering. */
  considered: number;
}

interface Candidate extends Sentence {
  source: ReadSource;
}

/** The similarity graph is built over no more than these, the most relevant ones. */
const mostCandidates = 2500;

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** Ranks all sentences and picks as many as make so many words, with variety. */
export async function rank(
  topic: string,
  sources: readonly ReadSource[],
  wantedWords: number,
): Promise<Ranking> {
  const english = await loadEnglish();
  const tally = new Map<string, number>();
  const drop = (reason: string): void => void tally.set(reason, (tally.get(reason) ?? 0) + 1);

  const seen = new Set<string>();
  const fit: Candidate[] = [];
  for (const source of sources) {
    for (const [reason, count] of Object.entries(source.leftOut))
      tally.set(reason, (tally.get(reason) ?? 0) + count);
    for (const sentence of source.sentences) {
      const same = sentence.text.toLowerCase().replaceAll(/[^\p{L}\d]+/gu, ' ');
      const dangles = needsContext(sentence.text) && !continuesPrevious(sentence.text);
      const reason = seen.has(same) ? 'duplicate' : dangles ? 'needs_context' : undefined;
      seen.add(same);
      if (reason === undefined) fit.push({ ...sentence, source });
      else drop(reason);
    }
  }
  const everyRelevance = await relevance(topic, fit);
  const focused = focus(fit, everyRelevance, wantedWords);
  focused.left.forEach((reason) => drop(reason));
  const { kept, relevant } = focused;
  const order = [...kept.keys()].sort((a, b) => (relevant[b] ?? 0) - (relevant[a] ?? 0) || a - b);
  const candidates = order
    .slice(0, mostCandidates)
    .sort((a, b) => a - b)
    .flatMap((index) => {
      const candidate = kept[index];
      if (candidate === undefined) return [];
      const reading = english.read(spokenForm(candidate.text) ?? candidate.text);
      if (!reading.isStatement) drop('no_statement');
      return reading.isStatement ? [{ ...candidate, reading, relevance: relevant[index] ?? 0 }] : [];
    });

  const vectors = vectorsOf(candidates.map(({ reading }) => reading.stems));
  const edges = neighbours(vectors);
  const central = centrality(edges);
  const choices = candidates.map((candidate, index): Choice & { scores: Finding['scores'] } => {
    const follower = candidates[index + 1];
    const scores = {
      relevance: candidate.relevance,
      centrality: central[index] ?? 0,
      ease: easeOfListening(candidate),
      total: 0,
    };
    scores.total = 0.45 * scores.relevance + 0.2 * scores.centrality + 0.35 * scores.ease;
    const follows =
      follower?.source === candidate.source &&
      follower.paragraph === candidate.paragraph &&
      follower.sentence === candidate.sentence + 1;
    return {
      total: scores.total,
      scores,
      words: candidate.text.split(' ').length,
      vector: vectors[index] ?? new Map(),
      continues: continuesPrevious(candidate.text),
      next: follows ? index + 1 : undefined,
    };
  });
  const { chosen, duplicates } = choose(choices, wantedWords);

  const placed = chosen.flatMap((index, position): Placed[] => {
    const candidate = candidates[index];
    const choice = choices[index];
    if (candidate === undefined || choice === undefined) return [];
    const similar = [...(edges[index] ?? [])]
      .filter(([, likeness]) => likeness >= 0.2)
      .map(([other]) => candidates[other]?.source.file ?? '');
    const finding: Finding = {
      id: `f${String(position + 1).padStart(3, '0')}`,
      text: candidate.text,
      file: candidate.source.file,
      source_title: candidate.source.title,
      sentence: candidate.sentence,
      paragraph: candidate.paragraph,
      heading: candidate.heading,
      continues: choice.continues,
      supported_by: [...new Set(similar)].filter((file) => file !== candidate.source.file).sort(),
      similar_sentences: similar.length,
      scores: {
        relevance: rounded(choice.scores.relevance),
        centrality: rounded(choice.scores.centrality),
        ease: rounded(choice.scores.ease),
        total: rounded(choice.scores.total),
      },
    };
    return [{ finding, vector: choice.vector, reading: candidate.reading }];
  });
  const dropped = Object.fromEntries([...tally].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    placed,
    dropped,
    duplicates: duplicates + (tally.get('duplicate') ?? 0),
    considered: candidates.length,
  };
}
