import { oneLine, type Block } from './blocks.js';
import { settleLineEnds } from './join-lines.js';
import { marks, withoutMarks } from './marks.js';
import { unfitReason } from './sentence-fitness.js';

/** One sentence of a source, word for word. */
export interface Sentence {
  text: string;
  /** Counts the file's sentences from 1, those left out included. */
  sentence: number;
  /** Counts the file's paragraphs and list items from 1. */
  paragraph: number;
  /** Whether its paragraph begins with it. */
  opens: boolean;
  isItem: boolean;
  heading: string;
  /** Share of its characters that the source marks as code, 0–1. */
  codeShare: number;
}

/** A sentence, or the reason why it cannot be quoted. */
export type Judged = Sentence & { unfit: string | undefined };

/** A full stop after one of these may or may not end a sentence; two sentences taken for one lose nothing, half a one would. */
const abbreviations = new Set(
  `mr mrs ms mx messrs mme mlle dr prof st ste jr sr rev hon gen col maj lt sgt capt cpl cmdr adm sen rep gov pres supt fr br bros
  vs no nos fig figs sec secs ch chap p pp par para vol vols ed eds trans art cl op cit ibid id al ca cf viz approx est min max dept univ
  inst assn inc corp co ltd llc plc gmbh ave blvd rd mt ft jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri
  sat sun etc eg ie am pm ver v rel ref refs eq eqs app abbr ext tel u.s u.k e.g i.e a.m p.m ph.d m.d b.a m.a b.sc m.sc n.b resp incl excl`
    .split(/\s+/u)
    .filter((word) => word !== ''),
);

/** Whether the full stop after this word can belong to the word. */
function isAbbreviation(word: string): boolean {
  const small = word.toLowerCase();
  if (abbreviations.has(small) || /^\p{L}$/u.test(word)) return true;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return true;
  // Mt, Ltd, Bros: a short name without a vowel.
  return /^\p{Lu}[^aeiouy\d\s]{1,4}$/u.test(word);
}

const end = /(?<![.!?])[.!?]+["'”’)\]»\uE001\uE003]*(?=\s|(?<=\uE003)\p{Lu})/gu;
/** References to notes in plain text, after a sentence's end: "… of the barn.[12] The …", "… of the barn.¹ The …". */
const writtenNotes =
  /(?<=[.!?"”])(?:\[\d{1,3}(?:[,–-] ?\d{1,3})*\])+|(?<=\p{L}["”’)]?[.!?]["”’]?)[⁰¹²³⁴-⁹]{1,3}(?:[,–⁻][⁰¹²³⁴-⁹]{1,3})*(?=\s|$)/gu;
const opening = /^\s*["'“‘([«\uE000]*/u;

/** Where sentences end in a marked text: after each end mark that no abbreviation, code, ellipsis or small letter makes doubtful. */
function endsOf(text: string): number[] {
  const ends: number[] = [];
  let from = 0;
  let inCode = false;
  let seen = 0;
  for (const match of text.matchAll(end)) {
    const stop = match.index + match[0].length;
    for (; seen < match.index; seen += 1) {
      if (text[seen] === '\uE000') inCode = true;
      else if (text[seen] === '\uE001') inCode = false;
    }
    if (inCode) continue;
    const after = text.slice(stop, stop + 12);
    const next = after.slice(opening.exec(after)?.[0].length ?? 0);
    if (/^[\p{Ll}.,;:)]/u.test(next) && !/^[\s"'“‘([«]*\uE000/u.test(after)) continue;
    if (/^\.{2,}/u.test(match[0])) continue;
    if (match[0].startsWith('.')) {
      const word =
        /(?:[^\s("'“‘\uE000-\uE003/–—-]|(?<=\p{L})'(?=\p{L})){0,40}$/u.exec(
          text.slice(Math.max(from, match.index - 40), match.index),
        )?.[0] ?? '';
      if (isAbbreviation(word)) continue;
      // The "1." of an enumeration is no sentence.
      if (/^\d{1,3}$/u.test(word) && text.slice(from, match.index).trim() === word) continue;
    }
    ends.push(stop);
    from = stop;
  }
  return ends;
}

function codeShareOf(marked: string): number {
  let code = 0;
  let inCode = false;
  for (const sign of marked) {
    if (sign === '\uE000') inCode = true;
    else if (sign === '\uE001') inCode = false;
    else if (inCode) code += 1;
  }
  return code / Math.max(1, marked.length);
}

/** Cuts blocks into numbered sentences, and says of each whether it can be quoted. */
export function cutSentences(blocks: readonly Block[]): Judged[] {
  const sentences: Judged[] = [];
  blocks.forEach((block, index) => {
    const marked = settleLineEnds(block.text).replaceAll(writtenNotes, marks.note);
    let from = 0;
    let opens = true;
    for (const stop of [...endsOf(marked), marked.length]) {
      const piece = marked.slice(from, stop);
      from = stop;
      const text = oneLine(withoutMarks(piece));
      if (text === '') continue;
      const sentence: Sentence = {
        text,
        sentence: sentences.length + 1,
        paragraph: index + 1,
        opens,
        isItem: block.isItem === true,
        heading: block.heading,
        codeShare: codeShareOf(piece),
      };
      opens = false;
      sentences.push({ ...sentence, unfit: block.leftOut ?? unfitReason(sentence, piece) });
    }
  });
  return sentences;
}
