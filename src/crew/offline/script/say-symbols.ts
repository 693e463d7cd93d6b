import { sayAbbreviations } from './say-abbreviations.js';
import { sayMoney } from './say-money.js';
import { sayNumbers, sayYears } from './say-numbers.js';
import { sayUnits } from './say-units.js';

/** Replacements applied in order; later ones may rely on earlier ones. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u02BC]/gu, "'"],
  [/[\u201C\u201D\u00AB\u00BB]/gu, '"'],
  [/\u2026|\.{3}/gu, ','],
  [/(\d)\u2013(?=\d)/gu, '$1 to '],
  [/(?<=\p{L})\u2013(?=\p{L})/gu, '-'],
  [/(?<=\p{Lu})&(?=\p{Lu})/gu, ' and '],
  [/(?<=(?<![\p{L}\d])\p{Lu}{1,4})\/(?=\p{Lu}{1,4}(?![\p{L}\d]))/gu, ' '],
  [/(?:(?<!\s)\s+)?[\u2014\u2013]\s*|(?<!\s)\s+--?\s+/gu, ', '],
  [/\be\.g\.,?/giu, 'for example'],
  [/\bi\.e\.,?/giu, 'that is'],
  [/,? \betc\.(?=\s+\p{Lu}|["')]?$)/gu, ' and so on.'],
  [/,? \betc\.?/gu, ' and so on'],
  [/\bvs\.?(?=\s)/gu, 'versus'],
  [/\bapprox\.\s/giu, 'about '],
  [/\bw\/o\b/gu, 'without'],
  [/\band\/or\b/giu, 'or'],
  [/\bC\+\+/gu, 'C plus plus'],
  [/\bC#/gu, 'C sharp'],
  [/(\d)\s*%/gu, '$1 percent'],
  [/\u00A9/gu, 'copyright'],
  [/(^|\s)#(?=\d)/gu, '$1number '],
  [/(\d) s\b|(\.\d+)s\b/gu, '$1$2 seconds'],
  [/(?<=\d)x(?=\d)/gu, ' by '],
  [/(\d)\s*[x\u00D7](?=\s|$)/gu, '$1 times'],
  [/(?:(?<!\s)\s+)?\u00D7\s*/gu, ' times '],
  [/(?:(?<!\s)\s+)?(?:\u2192|->|=>)\s*/gu, ' to '],
  [/(?:(?<!\s)\s+)?\u2265\s*|(?<!\s)\s+>=\s+/gu, ' at least '],
  [/(?:(?<!\s)\s+)?\u2264\s*|(?<!\s)\s+<=\s+/gu, ' at most '],
  [/(?<!\s)\s+>\s+/gu, ' more than '],
  [/(?<!\s)\s+<\s+/gu, ' less than '],
  [/~(?=\d)/gu, 'about '],
  [/(?<!\s)\s+&\s+/gu, ' and '],
  [/(\d)\+(?=[\s,.]|$)/gu, '$1 or more'],
  [/(?<!\s)\s+\+\s+/gu, ' plus '],
  [/(?<!\s)\s+=\s+/gu, ' equals '],
  [/(?<!\s)\s+\/\s+/gu, ' or '],
];

/** Words for abbreviations, units and signs. */
export function saySymbols(text: string): string {
  // Many of the patterns begin with white space: a long stretch of it would cost its square.
  const even = text.replaceAll(/\s+/gu, ' ');
  // A power of ten stands between a number and its unit until it has words.
  const numbers = sayUnits(sayNumbers(sayUnits(saySizes(sayMoney(even)))));
  const said = replacements.reduce((before, [pattern, words]) => before.replaceAll(pattern, words), numbers);
  return sayAbbreviations(sayYears(said));
}

/** "10 × 20 cm" is ten by twenty; without a unit it is a product. */
function saySizes(text: string): string {
  return text.replaceAll(
    /(?<![\w.,])\d{1,5}(?:\.\d{1,3})?(?: ?[cmk]?m)?(?: ?[x×] ?\d{1,5}(?:\.\d{1,3})?(?: ?[cmk]?m)?){1,2}(?![\w²³]|[.,]\d| ?[x×])/gu,
    (sizes) => (sizes.endsWith('m') ? sizes.replaceAll(/ ?[x×] ?/gu, ' by ') : sizes),
  );
}
