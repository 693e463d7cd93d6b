import type { English } from '../english.js';
import { sayNames } from './say-names.js';
import { saySymbols } from './say-symbols.js';

/** A listener loses the thread of a longer sentence. */
export const longestSentenceWords = 32;
/** Sentences longer than this are cut in two where the grammar allows it. */
const comfortableWords = 22;

const wordsIn = (text: string): number => text.split(' ').length;

/** Letters without accents, no brackets' content, no emoji: what an English voice can say. */
function plain(text: string): string {
  return sayNames(saySymbols(text.replaceAll(/\s*[([][^()[\]]*[)\]]/gu, '')))
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Extended_Pictographic}\uFE0F\u200B-\u200D\u2060]/gu, '')
    .replaceAll(/[*`]|\s#(?=\w)/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/\s+([,.;:?!])/gu, '$1')
    .replaceAll(/,(?:\s*,)+/gu, ',')
    .replaceAll(/,([.?!;:])/gu, '$1')
    .trim();
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const ended = (text: string): string =>
  /[.?!]["']?$/u.test(text) ? text : `${text.replace(/[,;:]$/u, '')}.`;

/** Cuts a long sentence before a clause that can stand alone. */
function cut(sentence: string, english: English): string[] {
  if (wordsIn(sentence) <= comfortableWords && !sentence.includes('; ')) return [sentence];
  for (const match of sentence.matchAll(/(; (?:and |but |so )?|: |, (?:and|but|so) )/gu)) {
    const left = sentence.slice(0, match.index);
    const joint = match[0].replaceAll(/[,;: ]/gu, '');
    const clause = sentence.slice(match.index + match[0].length);
    const stands = (part: string): boolean => wordsIn(part) >= 4 && english.read(part).isStatement;
    if (!stands(left) || !stands(clause)) continue;
    const right = joint === 'but' || joint === 'so' ? `${capitalised(joint)} ${clause}` : capitalised(clause);
    return [ended(left), ...cut(right, english)];
  }
  return [sentence];
}

/**
 * Rewrites a sentence for the ear: abbreviations, signs, identifiers and file names as words, brackets left out, long sentences cut.
 * Undefined when something is left that cannot be said, or a sentence stays too long.
 */
export function speakable(text: string, english: English): string | undefined {
  const said = ended(capitalised(plain(text)));
  if (!/^[A-Za-z\d ,.;:'"?!-]+$/u.test(said) || (said.split('"').length - 1) % 2 !== 0) return undefined;
  if (/\b[bcdfghjklmnpqrstvwxz]{5,}\b|\b\w{22,}\b|\d{6,}|(?:^| )[-,;:]/iu.test(said)) return undefined;
  const sentences = cut(said, english);
  if (sentences.some((sentence) => wordsIn(sentence) > longestSentenceWords)) return undefined;
  return sentences.join(' ');
}

/** A title for the middle of a spoken sentence: no signs, no full stop. */
export function speakableTitle(title: string): string {
  return plain(title.replaceAll(/\s*[:|]\s+/gu, ', '))
    .replaceAll(/[^A-Za-z\d ,.'?!-]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[\s,.-]+|[\s,.:-]+$/gu, '');
}
