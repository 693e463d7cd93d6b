/** A sentence with the file it comes from. */
interface FromFile {
  text: string;
  /** `total` counts all its sentences, those left out included. */
  source: { file: string; total: number };
}

/** Fewer files than this are never left out. */
const fewestFiles = 5;
/** The files kept hold about this many times the words wished for. */
const abundance = 3;

/**
 * Keeps the files that have most to say about the topic, until they hold a multiple of the words wished for. An episode that takes
 * one sentence from each of two hundred files has no thread.
 */
export function focus<T extends FromFile>(
  sentences: readonly T[],
  relevant: readonly number[],
  wantedWords: number,
) {
  const perFile = new Map<string, { scores: number[]; words: number; total: number }>();
  sentences.forEach(({ text, source }, index) => {
    const entry = perFile.get(source.file) ?? { scores: [], words: 0, total: source.total };
    entry.scores.push(relevant[index] ?? 0);
    entry.words += text.split(' ').length;
    perFile.set(source.file, entry);
  });
  const worth = (scores: number[]): number =>
    scores
      .sort((a, b) => b - a)
      .slice(0, 8)
      .reduce((sum, score) => sum + score, 0);
  const ranked = [...perFile]
    .map(([file, { scores, words, total }]) => ({
      file,
      words,
      // Of a reference, most of which is no prose, a listener understands little.
      worth: worth(scores.slice()) * Math.sqrt(scores.length / Math.max(scores.length, total)),
    }))
    .sort((a, b) => b.worth - a.worth || (a.file < b.file ? -1 : 1));
  const files = new Set<string>();
  let words = 0;
  for (const entry of ranked) {
    if (files.size >= fewestFiles && words >= abundance * wantedWords) break;
    files.add(entry.file);
    words += entry.words;
  }
  const inFocus = sentences.map(({ source }) => files.has(source.file));
  return {
    kept: sentences.filter((_, index) => inFocus[index]),
    relevant: relevant.filter((_, index) => inFocus[index]),
    left: inFocus.filter((is) => !is).map(() => 'other_files_say_more'),
  };
}
