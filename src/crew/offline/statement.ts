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

/** Verbs without an object: what they do is done, and no noun before them suffers it ("the dog barked at me"; but "a book published in May"). */
const stems =
  `agree appear arise arrive bark belong bloom climb collapse come complain consist crawl cr dance decay depart depend die differ
  disappear drift emerge evolve exist expire fade fall flee flourish flow fl gallop gather glow go grow happen hesitate hurr jump kneel laugh lie
  linger listen live look march matter melt move occur originate persist play prevail proceed protest react reign rel remain resign rest retire
  rise roar run rush sail seem shine shiver sing sink sit sleep smile stand stay struggle succeed suffer survive swim talk thrive travel vanish
  var vote wait wake walk wander weep work`.split(/\s+/u);
const intransitive = new RegExp(`^(?:${stems.join('|')})(?:s|es|ed|d|ies|ied)$`, 'u');

const subjectPronoun = /^(?:i|he|she|it|they|we|you|who)$/iu;

/** Before "of" a noun, whatever the tagger says: "the closed set of reasons". */
const collective =
  /^(?:set|list|use|cut|run|split|mix|map|match|look|call|cause|cost|lack|need|offer|part|range|result|return|rise|share|sort|start|stop|study|total|type|view|group|number|form|name|kind|copy|order|record|state|place|end|time)s?$/u;

const gerund = /ing$/u;

const article = /^(?:the|a|an)$/u;

/**
 * Whether a sentence says something about something: a subject, then a finite verb in the main clause. Fragments of reference
 * manuals ("Detects which of …", "Useful to guard against …") are none. wink-nlp 2.4 tags many a verb as a noun ("the lamp burns"); a
 * noun or adjective right before an article is taken for the verb that it most likely is.
 */
export function isStatement(words: readonly Tagged[]): boolean {
  const [first, second] = words;
  // "Records what was spent": a docstring that leaves its subject out, where the tagger sees a plural.
  if (
    /[^s]s$/u.test(first?.word ?? '') &&
    /^(?:the|an?|what|whether|how|who|when|each|every|all)$/u.test(second?.word ?? '')
  )
    return false;
  let subjects = 0;
  for (const [index, { word, tag }] of words.entries()) {
    const before = words[index - 1];
    const next = words[index + 1]?.word ?? '';
    const object = article.test(next);
    const isVerb = tag === 'VERB' || tag === 'AUX';
    if (isVerb && subjects === 0) return false;
    if (tag === 'VERB' && next === 'of' && collective.test(word)) {
      subjects += 1;
      continue;
    }
    if (index > 0 && clauseOpener.test(word)) return false;
    if (tag === 'AUX') return true;
    if (
      tag === 'VERB' &&
      before?.word !== 'to' &&
      !gerund.test(word) &&
      (object || !participle.test(word) || intransitive.test(word) || subjectPronoun.test(before?.word ?? ''))
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
    if (tag === 'NOUN' && isVerbAfterAll(words, index)) return true;
    if (subjectTags.has(tag)) subjects += 1;
  }
  return false;
}

/** "The bee stores dark honey", "the queen lives for four years": the tagger takes the verb for a second noun. */
function isVerbAfterAll(words: readonly Tagged[], index: number): boolean {
  const [before, here, next, second] = [index - 1, index, index + 1, index + 2].map((at) => words[at]);
  if (index < 2 || before === undefined || here === undefined || next === undefined) return false;
  if (!/[^s]s$/u.test(here.word) || !/^(?:NOUN|PROPN)$/u.test(before.tag)) return false;
  // An adjective behind its noun belongs to it: "types available in …".
  if (next.tag === 'ADJ') return second?.tag === 'NOUN';
  return (next.tag === 'ADP' || next.tag === 'ADV') && intransitive.test(here.word);
}
