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
const raisedDigits = '\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079';
const metres: Readonly<Record<string, string>> = { k: 'kilometers', c: 'centimeters', m: 'millimeters' };

const fractions: Readonly<Record<string, string>> = {
  '½': 'one half',
  '⅓': 'one third',
  '⅔': 'two thirds',
  '¼': 'one quarter',
  '¾': 'three quarters',
  '⅕': 'one fifth',
  '⅛': 'one eighth',
};
const written: Readonly<Record<string, string>> = {
  '1/2': '½',
  '1/3': '⅓',
  '2/3': '⅔',
  '1/4': '¼',
  '3/4': '¾',
  '1/5': '⅕',
  '1/8': '⅛',
};

/** Whether two numbers with a hyphen between them go from one to the other (5-10, 1939-45), and are not parts of a name (747-400). */
function isRange(from: string, to: string): boolean {
  if (from.startsWith('0') || to.length > 4) return false;
  if (from.length === 4 && to.length === 2) return Number(to) > Number(from.slice(2));
  const fits = to.length === from.length || (from.length <= 2 && to.length === from.length + 1);
  return fits && Number(to) > Number(from);
}

const hundreds = [
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];

/** "1905" → "nineteen oh 5". */
function sayYear(year: string): string {
  const century = hundreds[Number(year.slice(0, 2)) - 11] ?? '';
  const rest = year.slice(2);
  if (rest === '00') return `${century} hundred`;
  return `${century} ${rest.startsWith('0') ? `oh ${rest.slice(1)}` : rest}`;
}

/** Years, where a number can be nothing else: the voice says some as "one thousand eight hundred fifty". */
export function sayYears(text: string): string {
  return text.replaceAll(
    /(?<=\b(?:in|of|by|before|after|during|since|until|till|year|early|late|from|and|between|to|about|circa|around) )1[1-9]\d\d(?=(?:[,;:.?!)]?["']?$|[,;:)](?!\d)| (?:and|to|until|the|a|an|by|in|at|on|with|for|when|was|were|had|has|it|he|she|they|there)\b))/giu,
    sayYear,
  );
}

const ties = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** "24" → "twenty 4", since two numbers beside each other are read digit by digit. */
function belowHundred(number: string): string {
  const rest = number.slice(1) === '0' ? '' : ` ${number.slice(1)}`;
  return `${ties[Number(number.charAt(0)) - 2] ?? ''}${rest}`;
}

function sayFractions(text: string): string {
  return text
    .replaceAll(/(?<![\d/.,])[1-3]\/[2-8](?![\d/]|[.,]\d)/gu, (fraction) => written[fraction] ?? fraction)
    .replaceAll(/(\d?) ?([½⅓⅔¼¾⅕⅛])/gu, (_, whole: string, sign: string) => {
      const said = fractions[sign] ?? sign;
      return whole === '' ? ` ${said}` : `${whole} and ${said.replace(/^one half/u, 'a half')}`;
    })
    .replaceAll(/(?<![\d/.,])(\d{1,2})\/(10|100)(?![\d/]|[.,]\d)/gu, '$1 out of $2')
    .replaceAll(
      /(?<![\d/.,])([2-9]\d)\/(\d{1,2})(?![\d/]|[.,]\d)/gu,
      (_, first: string, second: string) => `${belowHundred(first)} ${second}`,
    )
    .replaceAll(/(?<![\d/.,])(\d{1,3})\/(\d{1,3})(?![\d/]|[.,]\d)/gu, '$1 $2');
}

/** Decades, powers, fractions, ratios, versions and squared units, which the voice reads wrongly. */
export function sayNumbers(text: string): string {
  return (
    sayFractions(text)
      .replaceAll(/(?<!\d\s?)\u2212\s?(?=\d)/gu, 'minus ')
      .replaceAll(/\u00B1\s?(?=\d)/gu, 'plus or minus ')
      .replaceAll(/\u2248\s?(?=\d)/gu, 'about ')
      .replaceAll(/(?<![\w.,])\d{1,4}(?:\.\d{1,4}){2,4}(?![\w.]*\d)/gu, (version) =>
        version.replaceAll('.', ' point '),
      )
      .replaceAll(/(?<![\w.,:])(\d{1,4}):(\d{1,4})(?![\w:]|[.,]\d)/gu, (whole, from: string, to: string) =>
        /^[0-5]\d$/u.test(to) ? whole : `${from} to ${to}`,
      )
      .replaceAll(/(?<![\w.,-])(\d+)-(\d+)(?![\w-]|[.,]\d)/gu, (_, from: string, to: string) =>
        isRange(from, to) ? `${from} to ${to}` : `${from} ${to}`,
      )
      // A sum, and no range: nobody can say which.
      .replaceAll(/(?<=\d)\s+[\u2013-]\s+(?=\d)/gu, ' \u2212 ')
      .replaceAll(/(?<![\d.,])(1[6-9])([0-9])0s\b/gu, (_, century: string, ten: string) =>
        ten === '1'
          ? `${hundreds[Number(century) - 11] ?? ''} tens`
          : `${hundreds[Number(century) - 11] ?? ''} ${tens[Number(ten)] ?? ''}`,
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
