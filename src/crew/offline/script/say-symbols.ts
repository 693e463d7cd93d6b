/** Replacements applied in order; later ones may rely on earlier ones. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u02BC]/gu, "'"],
  [/[\u201C\u201D\u00AB\u00BB]/gu, '"'],
  [/\u2026|\.{3}/gu, ','],
  [/(\d)\u2013(?=\d)/gu, '$1 to '],
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
  [/[$](\d[\d,.]*) (thousand|million|billion|trillion)\b/gu, '$1 $2 dollars'],
  [/[$](\d[\d,]*)\.00\b/gu, '$1 dollars'],
  [/[$](\d[\d,]*\.\d+)/gu, '$1 dollars'],
  [/[$](\d[\d,]*)/gu, '$1 dollars'],
  [/(\d)\s*%/gu, '$1 percent'],
  [/(?<=\d\s?)km\/h\b/gu, ' kilometers per hour'],
  [/(?<=\d\s?[kKMGT]i?[bB])\/s\b/gu, ' per second'],
  [/\u00A9/gu, 'copyright'],
  [/(^|\s)#(?=\d)/gu, '$1number '],
  [/(\d)\s*ms\b/gu, '$1 milliseconds'],
  [/(\d)\s*(?:kB|KB|KiB)\b/gu, '$1 kilobytes'],
  [/(\d)\s*(?:MB|MiB)\b/gu, '$1 megabytes'],
  [/(\d)\s*(?:GB|GiB)\b/gu, '$1 gigabytes'],
  [/(\d)\s*kHz\b/gu, '$1 kilohertz'],
  [/(\d) s\b|(\.\d+)s\b/gu, '$1$2 seconds'],
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

const tens = [
  'hundreds',
  'tens',
  'twenties',
  'thirties',
  'forties',
  'fifties',
  'sixties',
  'seventies',
  'eighties',
  'nineties',
];
const centuries = new Map([
  ['16', 'sixteen'],
  ['17', 'seventeen'],
  ['18', 'eighteen'],
  ['19', 'nineteen'],
]);
const raisedDigits = '\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079';
const metres: Readonly<Record<string, string>> = { k: 'kilometers', c: 'centimeters', m: 'millimeters' };

/** Whether two numbers with a hyphen between them go from one to the other (5-10, 1939-45), and are not parts of a name (747-400). */
function isRange(from: string, to: string): boolean {
  if (from.startsWith('0') || to.length > 4) return false;
  if (from.length === 4 && to.length === 2) return Number(to) > Number(from.slice(2));
  const fits = to.length === from.length || (from.length <= 2 && to.length === from.length + 1);
  return fits && Number(to) > Number(from);
}

/** Decades, powers and squared units, which the voice reads wrongly. */
function sayNumbers(text: string): string {
  return (
    text
      .replaceAll(/(?<![\w.,-])(\d+)-(\d+)(?![\w-]|[.,]\d)/gu, (_, from: string, to: string) =>
        isRange(from, to) ? `${from} to ${to}` : `${from} ${to}`,
      )
      // A sum, and no range: nobody can say which.
      .replaceAll(/(?<=\d)\s+[\u2013-]\s+(?=\d)/gu, ' \u2212 ')
      .replaceAll(/(?<![\d.,])(1[6-9])([0-9])0s\b/gu, (_, century: string, ten: string) =>
        ten === '1'
          ? `${centuries.get(century) ?? ''} tens`
          : `${centuries.get(century) ?? ''} ${tens[Number(ten)] ?? ''}`,
      )
      .replaceAll(/(?<![\w.,$])['\u2019]?([2-9])0s\b/gu, (_, ten: string) => tens[Number(ten)] ?? '')
      .replaceAll(
        /(?<=\d\s?)([kcm]?)m([\u00B2\u00B3])/gu,
        (_, size: string, power: string) =>
          ` ${power === '\u00B2' ? 'square' : 'cubic'} ${metres[size] ?? 'meters'}`,
      )
      .replaceAll(
        /(?<=(?<![\d.,\p{L}])(?:10|[2-9]))(\u207B?)([\u2070\u00B9\u00B2\u00B3\u2074-\u2079]+)/gu,
        (_, minus: string, power: string) =>
          ` to the power of ${minus === '' ? '' : 'minus '}${Array.from(power, (sign) => raisedDigits.indexOf(sign)).join('')}`,
      )
      .replaceAll(/[\u2080-\u2089]/gu, (sign) => String((sign.codePointAt(0) ?? 0) - 0x2080))
  );
}

/** Words for abbreviations, units and signs. */
export function saySymbols(text: string): string {
  // Many of the patterns begin with white space: a long stretch of it would cost its square.
  const even = text.replaceAll(/\s+/gu, ' ');
  return replacements.reduce((said, [pattern, words]) => said.replaceAll(pattern, words), sayNumbers(even));
}
