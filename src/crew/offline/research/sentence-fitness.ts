import { doubtIn } from './marks.js';
import type { Sentence } from './sentences.js';

type Said = Pick<Sentence, 'text' | 'codeShare' | 'heading'>;

const leansOnPrevious =
  /^["'“(]?(?:This|That|These|Those|It|They|He|She|Its|Their|His|Her|Such|However|But|And|Or|So|Also|Hence|Thus|Therefore|Then|Otherwise|Instead|Similarly|Likewise|Moreover|Furthermore|Additionally|Nevertheless|Consequently|Here|There|Both|Neither|Either|Another|Others|Again|Finally|Alternatively|Meanwhile|If so|If not|Even then|Further|As such|As a result|As a consequence|In contrast|In addition|In this|In that|In both|In either|In these|In such|At this|At that|For this|For that|For example|For instance|On the other|Yet|Still|Only then|Most of them|Some of them|All of them|None of them|One of them|Each of them|The (?:former|latter|same|other|above|result|first|second|third|last|next|rest|others))\b/u;

/** Somewhere in it a word that stands for what was said before: "an operation with this key". */
const refersBack =
  /\b(?:this|these|those|such an?|aforementioned|the (?:former|latter|same)|(?:an)?other ones?|the others?)\b|\bone(?=[.,;]| already\b| too\b)/iu;

const pointsElsewhere =
  /\((?:source|link|here|refs?|pdf|video|citation needed|emphasis added)\)|(?:^|[(;,:—–]\s?|\b(?:please|and|or)\s)see\b|\b(?:above|below|as follows|the following|see (?:also|section|our)|this (?:page|section|document|chapter|readme|guide|repository|repo|file|package|module|example)|these (?:examples|files)|figure \d|table \d|click|screenshot|readme|pull request|changelog|here|issues?|thanks to|sponsors?|please)\b|^(?:See|Note|Source|Copyright|License|Licensed|Example|Usage|Default|Defaults|Returns?)\b/iu;

/** Sections about the project rather than its subject. */
const boilerplate =
  /contribut|security|licen[cs]e|sponsor|acknowledg|credits|changelog|funding|donat|authors?$|maintainers|code of conduct|community|support$/iu;

/** A list item's bold lead-in, which reads as half a heading: "Custom transforms – The visitor …", "Surface Check Done The …". */
const leadIn =
  /^[^.?!]{1,48}\s[–—-]\s\p{Lu}|^(?:[\p{Lu}][\p{L}-]+ ){3,}(?:The|A|An|It|This|You|We) |^(?:Q|A|Notes?|NB|N\.B\.|Tip|Hint|Warning|Caution|Important|TODO|FIXME|Update|Edit)\s?:|^(?:Where|What|How|Why|Which|Who|When)\b[^?]{0,80}:/u;

/** Words of which an English sentence has at least one, and which its neighbours' languages do not have. */
const english =
  /\b(?:the|of|and|is|are|to|with|that|this|for|from|by|it|its|has|have|had|as|on|at|be|been|can|could|not|no|which|when|where|their|they|he|she|his|her|will|would|than|but|or|if|into|only|each|every|a|an|in|was|were)\b/iu;
const foreign =
  /\b(?:der|die|das|und|ist|nicht|ein|eine|le|les|des|une|est|dans|el|los|las|una|que|del|il|della|het|een|och|och|att|det|som)\b/giu;

/** Whether a sentence can only be understood after the one before it. */
export function continuesPrevious(text: string): boolean {
  return leansOnPrevious.test(text);
}

/** Whether something in it stands for what was said before it. */
export function needsContext(text: string): boolean {
  return leansOnPrevious.test(text) || refersBack.test(text);
}

function balanced(text: string): boolean {
  const count = (mark: string): number => text.split(mark).length - 1;
  return count('(') === count(')') && count('"') % 2 === 0 && count('“') === count('”');
}

function isEnglish(text: string): boolean {
  if (/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(text)) return false;
  const strange = text.match(foreign)?.length ?? 0;
  return english.test(text) && strange < 3;
}

/** What makes a sentence another one when it is quoted: signs that nobody can say for sure. */
function signs(text: string, codeShare: number): string | undefined {
  if (/[\p{L}\d]\(|\)[\p{L}\d]/u.test(text)) return 'brackets_in_a_word';
  if (/\((?:not|no|never|non|un|in|almost|nearly|partly|only|without|hardly|barely)\)/iu.test(text))
    return 'brackets_turn_the_sense';
  if (/\uFFFD/u.test(text)) return 'damaged_sign';
  if (/[[\]]/u.test(text)) return 'square_brackets';
  if (/:\/\/|www\.|\(\)|=>|==|&&|::|--\w|\w@\w|\bnpm (?:i|install|run)\b/u.test(text) || codeShare > 0.2)
    return 'code';
  if (/[{}<>|\\^~*`_†‡¶](?<!\w_(?=\w))|(?<!\w):[a-z][a-z\d_+-]*:(?!\w)|%%/u.test(text)) return 'markup';
  return numberOfNote(text);
}

/** A number that may be a note's and no part of the sentence, and sentences with nothing between them. */
function numberOfNote(text: string): string | undefined {
  if (/\p{L}{2}["”’)]?[.!?]["”’)]?\d{1,3}(?=\s|$)|\b[12]\d{3}\.\d{1,3}(?=\s+\p{Lu}|$)/u.test(text))
    return 'note_number';
  if (/\d\.\d{1,3}\s+(?:The|An?|In|He|She|They|We|This|But|And|However)\b/u.test(text)) return 'note_number';
  const powers = text.replaceAll(/(?<=\d\s?(?:[kcmdµ]?m|ft|in))[²³](?![²³\d])/gu, '');
  if (/(?:\p{L}{2}|\d{3}["”’)]?)[⁰¹²³⁴-⁹]/u.test(powers)) return 'raised_or_lowered';
  return /\p{Ll}{2}[.!?]\p{Lu}\p{Ll}/u.test(text) ? 'run_together' : undefined;
}

/** Why a sentence cannot be quoted aloud, or undefined when it can. Needs no grammar: that is judged later. */
export function unfitReason({ text, codeShare, heading }: Said, marked = text): string | undefined {
  if (text.length > 280) return 'too_long';
  const words = text.split(' ').length;
  if (words > 36) return 'too_long';
  const doubt = doubtIn(marked);
  if (doubt !== undefined) return doubt;
  if (words < 6) return 'too_short';
  if (!/[.!?]["'”’)]?$/u.test(text)) return 'no_end';
  if (!/^["'“(]?[\p{Lu}\d]/u.test(text)) return 'no_beginning';
  const sign = signs(text, codeShare);
  if (sign !== undefined) return sign;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < text.replaceAll(' ', '').length * 0.8) return 'too_many_symbols';
  if (!isEnglish(text)) return 'not_english';
  if ((text.match(/\d/gu)?.length ?? 0) > text.length * 0.12) return 'too_many_numbers';
  if (
    /(?:^|\s)(?:-{1,2}|\.{2,}|…|\W)(?:,|\s|\.$)/u.test(
      text.replaceAll(/\s[–—&+=-]\s|\d\s?[%€]|(?<=\s)[½⅓⅔¼¾](?=\s)/gu, ' x '),
    )
  )
    return 'code';
  if (boilerplate.test(heading)) return 'boilerplate';
  if (leadIn.test(text)) return 'lead_in';
  if (!balanced(text)) return 'unbalanced';
  if (pointsElsewhere.test(text)) return 'points_elsewhere';
  if ((text.match(/\b\p{Lu}{2,}\b/gu)?.length ?? 0) > words / 3) return 'shouting';
  return undefined;
}

/** How easily a listener follows a sentence, 0–1: best at 10 to 24 words without symbols, brackets, code, chains and the writer's "I". */
export function easeOfListening({ text, codeShare }: Said): number {
  const words = text.split(' ').length;
  const length = words < 10 ? words / 10 : Math.max(0, 1 - Math.max(0, words - 24) / 24);
  const marks = text.match(/[()[\];:/_*#`%+=–—→≤≥×@]|\d[\d.,]*/gu)?.length ?? 0;
  const identifiers = text.match(/\b\w+(?:_\w+|\.\w{1,4}\b(?! )|[a-z][A-Z]\w*)/gu)?.length ?? 0;
  const personal = /\b(?:I|I'm|I've|my|we|our|us|you|your)\b/u.test(text) ? 0.15 : 0;
  return Math.max(0, length - 0.08 * marks - 0.12 * identifiers - codeShare - personal);
}
