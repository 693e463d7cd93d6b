import type { Sentence } from './sentences.js';

const leansOnPrevious =
  /^(?:This|That|These|Those|It|They|He|She|Its|Their|His|Her|Such|However|But|And|Or|So|Also|Hence|Thus|Therefore|Then|Otherwise|Instead|Similarly|Likewise|Moreover|Furthermore|Additionally|Nevertheless|Consequently|Here|Both|Neither|Either|Another|Others|Again|Finally|Alternatively|Meanwhile|If so|If not|Even then|Further|As such|As a result|As a consequence|In contrast|In addition|In this|In that|In both|In either|In these|In such|At this|At that|For this|For that|For example|For instance|On the other|The (?:former|latter|same|other|above|result|first|second|third|last|next))\b/u;

const pointsElsewhere =
  /\b(?:above|below|as follows|the following|see (?:also|the|section|our)|this (?:page|section|document|chapter|readme|guide|repository|repo|file|package|module|example)|these (?:examples|files)|figure \d|table \d|click|screenshot|readme|pull request|changelog|here|see|issues?|thanks to|sponsors?|please)\b|^(?:See|Note|Source|Copyright|License|Licensed|Example|Usage|Default|Defaults|Returns?)\b/iu;

/** Sections about the project rather than its subject. */
const boilerplate =
  /contribut|security|licen[cs]e|sponsor|acknowledg|credits|changelog|funding|donat|authors?$|maintainers|code of conduct|community|support$/iu;

/** A list item's bold lead-in, which reads as half a heading: "Custom transforms – The visitor …", "Surface Check Done The …". */
const leadIn = /^[^.?!]{1,48}\s[–—-]\s\p{Lu}|^(?:[\p{Lu}][\p{L}-]+ ){3,}(?:The|A|An|It|This|You|We) /u;

/** Whether a sentence can only be understood after the one before it. */
export function continuesPrevious(text: string): boolean {
  return leansOnPrevious.test(text);
}

function balanced(text: string): boolean {
  const count = (mark: string): number => text.split(mark).length - 1;
  return count('(') === count(')') && count('"') % 2 === 0 && count('“') === count('”');
}

/** Why a sentence is not worth saying aloud, or undefined when it is. Needs no grammar: that is judged later. */
export function unfitReason({ text, codeShare, heading }: Sentence): string | undefined {
  const words = text.split(' ').length;
  if (words < 6) return 'too_short';
  if (words > 42 || text.length > 280) return 'too_long';
  if (!/[.!?]["'”’)]?$/u.test(text)) return 'no_end';
  if (!/^["'“(]?[\p{Lu}\d]/u.test(text)) return 'no_beginning';
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/[a-z]/giu)?.length ?? 0;
  if (latin < letters * 0.95) return 'not_english';
  if (letters < text.length * 0.7) return 'too_many_symbols';
  if (
    codeShare > 0.2 ||
    /:\/\/|www\.|[{}<>|\\^~$]|\(\)|=>|==|&&|::|--\w|\w@\w|\bnpm (?:i|install|run)\b|\w\[/u.test(text)
  )
    return 'code';
  if ((text.match(/\d/gu)?.length ?? 0) > text.length * 0.1) return 'too_many_numbers';
  if (/(?:^|\s)(?:-{1,2}|\.{2,}|…|\W)(?:,|\s|\.$)/u.test(text.replaceAll(/\s[–—&+=]\s|\d\s?%/gu, ' ')))
    return 'code';
  if (boilerplate.test(heading)) return 'boilerplate';
  if (leadIn.test(text)) return 'lead_in';
  if (!balanced(text)) return 'unbalanced';
  if (pointsElsewhere.test(text)) return 'points_elsewhere';
  if ((text.match(/\b\p{Lu}{2,}\b/gu)?.length ?? 0) > words / 3) return 'shouting';
  return undefined;
}

/** How easily a listener follows a sentence, 0–1: best at 10 to 24 words without symbols, brackets, code, chains and the writer's "I". */
export function easeOfListening({ text, codeShare }: Sentence): number {
  const words = text.split(' ').length;
  const length = words < 10 ? words / 10 : Math.max(0, 1 - Math.max(0, words - 24) / 24);
  const marks = text.match(/[()[\];:/_*#`%+=–—→≤≥×@]|\d[\d.,]*/gu)?.length ?? 0;
  const identifiers = text.match(/\b\w+(?:_\w+|\.\w{1,4}\b(?! )|[a-z][A-Z]\w*)/gu)?.length ?? 0;
  const personal = /\b(?:I|I'm|I've|my|we|our|us|you|your)\b/u.test(text) ? 0.15 : 0;
  return Math.max(0, length - 0.08 * marks - 0.12 * identifiers - codeShare - personal);
}
