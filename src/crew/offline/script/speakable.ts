import { sayNames } from './say-names.js';
import { saySymbols } from './say-symbols.js';

/** A listener loses the thread of a longer sentence. */
export const longestSentenceWords = 32;

const wordsIn = (text: string): number => text.split(' ').length;

/** Latin letters that no decomposition makes plain. */
const plainLetters = new Map(
  Object.entries({
    ø: 'o',
    Ø: 'O',
    ł: 'l',
    Ł: 'L',
    æ: 'ae',
    Æ: 'Ae',
    œ: 'oe',
    Œ: 'Oe',
    ß: 'ss',
    đ: 'd',
    Đ: 'D',
    ð: 'th',
    Ð: 'Th',
    þ: 'th',
    Þ: 'Th',
    ı: 'i',
  }),
);

/** What an English voice is given: words for signs, plain letters, no brackets; no word goes. */
export function plainForm(text: string): string {
  return sayNames(saySymbols(text))
    .replaceAll(/[øØłŁæÆœŒßđĐðÐþÞı]/gu, (letter) => plainLetters.get(letter) ?? letter)
    .normalize('NFD')
    .replaceAll(/[\p{M}\p{Extended_Pictographic}\uFE0F\u200B-\u200D\u2060]/gu, (sign) =>
      /\d/u.test(sign) ? sign : '',
    )
    .replaceAll(/(?:(?<!\s)\s+)?(?:\(\s*|\))/gu, ', ')
    .replaceAll(/[*`]|(?<=\s)#(?=\w)/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/ ([,.;:?!])/gu, '$1')
    .replaceAll(/,(?:\s*,)+/gu, ',')
    .replaceAll(/,\s*([.?!;:])/gu, '$1')
    .replaceAll(/^[\s,]+|(?<![\s,])[\s,]+$/gu, '')
    .trim();
}

/** What the voice is given for a sentence of the script, which itself stays as it is; undefined when there is something that it cannot say. */
export function spokenForm(text: string): string | undefined {
  const said = plainForm(text);
  if (!/^[A-Za-z\d ,.;:'"?!-]+$/u.test(said) || !/[A-Za-z\d]/u.test(said)) return undefined;
  if ((said.split('"').length - 1) % 2 !== 0) return undefined;
  if (/\b[bcdfghjklmnpqrstvwxz]{5,}\b|\b\w{22,}\b|\d{6,}|(?:^| )[-,;:]/iu.test(said)) return undefined;
  // A decimal comma, or a space that is missing: nobody can say which.
  if (/(?<![\d,])\d{1,3},\d{1,2}(?![\d,])/u.test(said)) return undefined;
  return said;
}

/** Whether a sentence of a source can be said aloud and followed. */
export function isSpeakable(text: string): boolean {
  const said = spokenForm(text);
  return said !== undefined && wordsIn(said) <= longestSentenceWords;
}

/** A title for the middle of a spoken sentence: its letters as written, no signs that end or break one. */
export function speakableTitle(title: string): string {
  const bare = title
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/ ?[:|] /gu, ', ')
    .replaceAll(/^[\s,.-]+|(?<![\s,.:-])[\s,.:-]+$/gu, '');
  if (spokenForm(bare) !== undefined) return bare;
  return bare
    .replaceAll(/<\/?[a-z][^<>]{0,80}>/giu, ' ')
    .replaceAll(/[^\p{Script=Latin}\p{M}\d ,.'?!$£€¥%&+/:;°½¼¾−-]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/ ?: /gu, ', ')
    .replaceAll(/ (?=[,;:])/gu, '')
    .replaceAll(/^[\s,.-]+|(?<![\s,.:-])[\s,.:-]+$/gu, '');
}
