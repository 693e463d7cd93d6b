import { marks } from './marks.js';

const superscripts = new Map(
  Array.from('0123456789-−', (digit, index) => [digit, '⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻'[index] ?? '']),
);
const subscripts = new Map(Array.from('0123456789', (digit, index) => [digit, '₀₁₂₃₄₅₆₇₈₉'[index] ?? '']));

const inSigns = (text: string, signs: ReadonlyMap<string, string>): string =>
  Array.from(text, (sign) => signs.get(sign) ?? sign).join('');

/**
 * How raised or lowered text is written on its line, knowing what stands before it: a power of ten and a unit's power as Unicode has them, an
 * ordinal as it is, the number of a note as a mark. Undefined where nobody can tell, as after a year or a name.
 */
export function raised(
  name: 'sup' | 'sub',
  text: string,
  before: string,
  links: boolean,
): string | undefined {
  if (text === '') return '';
  if (name === 'sub')
    return /^\d{1,2}$/u.test(text) && /\p{Lu}\p{Ll}?$/u.test(before) ? inSigns(text, subscripts) : undefined;
  if ((links && !/^\p{L}{2,}$/u.test(text)) || /^\[[^[\]]{1,12}\]$/u.test(text) || /^[*†‡§]+$/u.test(text))
    return marks.note;
  if (/^(?:st|nd|rd|th)$/u.test(text) && /\d$/u.test(before)) return text;
  if (/^(?:TM|SM|®|©|™)$/u.test(text)) return text === 'TM' ? '™' : text;
  if (/^[-−]?\d{1,3}$/u.test(text) && /(?:^|[^\d.,])10$/u.test(before)) return inSigns(text, superscripts);
  if (/^[23]$/u.test(text) && /\d\s?(?:[kcmdµ]?m|ft|in)$/u.test(before)) return inSigns(text, superscripts);
  // After a full stop a number can only be a note's.
  if (/^\d{1,3}(?:[,–-] ?\d{1,3})*$/u.test(text) && /\p{L}["”’)]?[.!?]["”’]?[\uE001\uE003]?$/u.test(before))
    return marks.note;
  return undefined;
}

/**
 * What a link whose words are only a number or a sign is: the mark of a note after a sentence's end and in square brackets, a doubt elsewhere.
 * Undefined for any other link.
 */
export function linkDoubt(text: string, href: string, before: string): 'note' | 'note_number' | undefined {
  if (!/^(?:\[[\w ]{1,12}\]|\(?\d{1,3}\)?|[a-z*†‡§↩])$/u.test(text) || href === '') return undefined;
  if (/[.!?]["”’)]?[\uE001\uE003]*$/u.test(before)) return 'note';
  if (text.startsWith('[') && href.includes('#')) return 'note';
  const isGlued = /[\p{L}\p{N}\])]$/u.test(before);
  return isGlued || href.includes('#') || /^\(?\d{1,2}\)?$/u.test(text) ? 'note_number' : undefined;
}
