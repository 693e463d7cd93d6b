import { oneOf } from './say-units.js';

const currencies: Readonly<Record<string, Currency>> = {
  $: { one: 'dollar', many: 'dollars', parts: ['cent', 'cents'] },
  '£': { one: 'pound', many: 'pounds', parts: ['penny', 'pence'] },
  '€': { one: 'euro', many: 'euros', parts: ['cent', 'cents'] },
  '¥': { one: 'yen', many: 'yen' },
  '₹': { one: 'rupee', many: 'rupees' },
};
interface Currency {
  one: string;
  many: string;
  parts?: readonly [string, string];
}

const countries: Readonly<Record<string, string>> = {
  US: 'U S ',
  A: 'Australian ',
  AU: 'Australian ',
  C: 'Canadian ',
  CA: 'Canadian ',
  NZ: 'New Zealand ',
  HK: 'Hong Kong ',
  S: 'Singapore ',
};

const magnitudes: Readonly<Record<string, string>> = {
  k: 'thousand',
  m: 'million',
  mn: 'million',
  b: 'billion',
  bn: 'billion',
  t: 'trillion',
  tn: 'trillion',
};

const amount = String.raw`\d{1,12}(?:,\d{3}){0,6}(?:\.\d{1,9})?(?![.,]?\d)`;
const price = new RegExp(
  String.raw`(?<an>\b[Aa]n? )?(?<![\p{L}\d])(?<country>US|AU?|CA?|NZ|HK|S)?(?<sign>[$£€¥₹])(?<from>${amount})` +
    String.raw`(?:(?:[–-]\k<sign>?| to \k<sign>)(?<to>${amount}))?` +
    String.raw`(?: ?(?<words>thousand|million|billion|trillion)\b|(?<short>[kKmMbBtT]|[mMbBtT]n)\b)?(?:(?<hyphen>-(?=\p{L}))|/(?<per>[\p{L}²³]{1,12})(?![\p{L}\d/]))?`,
  'gu',
);
const priceBehind = new RegExp(
  String.raw`(?<![\d.,])(${amount}) ?([€£])(?:/([\p{L}²³]{1,12})(?![\p{L}\d/]))?(?![.,]?\d)`,
  'gu',
);

/** "5.50" with a currency that has cents: "5 dollars and 50 cents". */
function sum(digits: string, currency: Currency, isPlain: boolean, single: boolean): string {
  const [whole = '', fraction] = digits.split('.');
  const named = (number: string): string =>
    `${number} ${single || number === '1' ? currency.one : currency.many}`;
  if (!isPlain || fraction === undefined || fraction.length !== 2 || currency.parts === undefined)
    return named(digits);
  const cents = Number(fraction);
  if (cents === 0) return named(whole);
  if (single) return `${named(whole)} ${fraction}`;
  const small = `${String(cents)} ${currency.parts[cents === 1 ? 0 : 1]}`;
  return whole === '0' ? small : `${named(whole)} and ${small}`;
}

/** Amounts of money as they are said: "$3.5bn" → "3.5 billion dollars", "a £5 note" → "a 5 pound note". */
export function sayMoney(text: string): string {
  return text
    .replaceAll(price, (...found) => {
      const { an, country, sign, from, to, words, short, hyphen, per } = found.at(-1) as Record<
        string,
        string | undefined
      >;
      const ofSign = currencies[sign ?? ''] ?? { one: '', many: '' };
      const name = country === undefined ? '' : (countries[country] ?? '');
      const currency = { ...ofSign, one: name + ofSign.one, many: name + ofSign.many };
      const magnitude = words ?? magnitudes[short?.toLowerCase() ?? ''];
      const single = an !== undefined || hyphen !== undefined;
      const number = from ?? '';
      const said =
        to === undefined && magnitude === undefined
          ? sum(number, currency, true, single)
          : sum(
              `${number}${to === undefined ? '' : ` to ${to}`}${magnitude === undefined ? '' : ` ${magnitude}`}`,
              currency,
              false,
              single,
            );
      return `${an ?? ''}${said}${hyphen === undefined ? '' : ' '}${per === undefined ? '' : ` per ${oneOf(per)}`}`;
    })
    .replaceAll(
      priceBehind,
      (_, digits: string, sign: string, per: string | undefined) =>
        sum(digits, currencies[sign] ?? { one: '', many: '' }, true, false) +
        (per === undefined ? '' : ` per ${oneOf(per)}`),
    )
    .replaceAll(
      /(?<![\d.,])(\d{1,6}) ?¢/gu,
      (_, cents: string) => `${cents} ${cents === '1' ? 'cent' : 'cents'}`,
    );
}
