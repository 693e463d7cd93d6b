/** A word with its part of speech in the universal tag set. */
export interface Tagged {
  word: string;
  tag: string;
}

const subjectTags = new Set(['NOUN', 'PROPN', 'PRON', 'DET', 'NUM']);

/** Forms that alone make no statement ("a parser written in Rust"), unless an object follows ("he measured the beam"). */
const participle =
  /(?:ed|wn|built|made|given|taken|written|driven|broken|chosen|held|kept|found|known|used)$/u;

/** What one of these opens does not make the noun before it a statement: "the function that runs when …". */
const clauseOpener = /^(?:when|that|which|who|whose|where|if|because|while|once|until|unless|although)$/u;

const gerund = /ing$/u;

const article = /^(?:the|a|an)$/u;

/**
 * Whether a sentence says something about something: a subject, then a finite verb in the main clause. Fragments of reference
 * manuals ("Detects which of …", "Useful to guard against …") are none. wink-nlp 2.4 tags many a verb as a noun ("the lamp burns"); a
 * noun or adjective right before an article is taken for the verb that it most likely is.
 */
export function isStatement(words: readonly Tagged[]): boolean {
  let subjects = 0;
  for (const [index, { word, tag }] of words.entries()) {
    const next = words[index + 1]?.word ?? '';
    const object = article.test(next);
    const isVerb = tag === 'VERB' || tag === 'AUX';
    if (isVerb && subjects === 0) return false;
    if (index > 0 && clauseOpener.test(word)) return false;
    if (tag === 'AUX') return true;
    if (
      tag === 'VERB' &&
      words[index - 1]?.word !== 'to' &&
      !gerund.test(word) &&
      (object || !participle.test(word))
    )
      return true;
    if (
      (tag === 'NOUN' || tag === 'ADJ') &&
      object &&
      index >= 2 &&
      subjects >= 2 &&
      next === next.toLowerCase()
    )
      return true;
    if (subjectTags.has(tag)) subjects += 1;
  }
  return false;
}
