/** Names of units, one and many. Those of a single letter are only units after a space. */
const names = new Map<string, readonly [string, string]>();

const prefixes = {
  k: 'kilo',
  M: 'mega',
  G: 'giga',
  T: 'tera',
  m: 'milli',
  µ: 'micro',
  μ: 'micro',
  n: 'nano',
};

/** "k M" of "watt" makes "kW" and "MW". */
function scaled(symbol: string, one: string, many: string, with_: string): void {
  for (const sign of with_.split(' ')) {
    const prefix = prefixes[sign as keyof typeof prefixes];
    names.set(sign + symbol, [prefix + one, prefix + many]);
  }
}

scaled('m', 'meter', 'meters', 'k m µ μ n');
scaled('g', 'gram', 'grams', 'k m µ μ');
scaled('l', 'liter', 'liters', 'm');
scaled('L', 'liter', 'liters', 'm');
scaled('Hz', 'hertz', 'hertz', 'k M G T');
scaled('W', 'watt', 'watts', 'k M G T m');
scaled('Wh', 'watt hour', 'watt hours', 'k M G T');
scaled('V', 'volt', 'volts', 'k m');
scaled('A', 'amp', 'amps', 'm');
scaled('Ah', 'amp hour', 'amp hours', 'm');
scaled('J', 'joule', 'joules', 'k M');
scaled('cal', 'calorie', 'calories', 'k');
scaled('Pa', 'pascal', 'pascals', 'k M');
scaled('B', 'byte', 'bytes', 'k M G T');
scaled('s', 'second', 'seconds', 'm µ μ n');
for (const [symbol, one, many] of [
  ['cm', 'centimeter', 'centimeters'],
  ['m', 'meter', 'meters'],
  ['g', 'gram', 'grams'],
  ['l', 'liter', 'liters'],
  ['L', 'liter', 'liters'],
  ['Hz', 'hertz', 'hertz'],
  ['W', 'watt', 'watts'],
  ['V', 'volt', 'volts'],
  ['ha', 'hectare', 'hectares'],
  ['hPa', 'hectopascal', 'hectopascals'],
  ['KB', 'kilobyte', 'kilobytes'],
  ['KiB', 'kilobyte', 'kilobytes'],
  ['MiB', 'megabyte', 'megabytes'],
  ['GiB', 'gigabyte', 'gigabytes'],
  ['dB', 'decibel', 'decibels'],
  ['ft', 'foot', 'feet'],
  ['yd', 'yard', 'yards'],
  ['mi', 'mile', 'miles'],
  ['lb', 'pound', 'pounds'],
  ['lbs', 'pound', 'pounds'],
  ['oz', 'ounce', 'ounces'],
  ['sec', 'second', 'seconds'],
  ['min', 'minute', 'minutes'],
  ['mins', 'minute', 'minutes'],
  ['h', 'hour', 'hours'],
  ['hr', 'hour', 'hours'],
  ['hrs', 'hour', 'hours'],
  ['yr', 'year', 'years'],
  ['yrs', 'year', 'years'],
  ['mph', 'mile per hour', 'miles per hour'],
  ['kph', 'kilometer per hour', 'kilometers per hour'],
  ['kbps', 'kilobit per second', 'kilobits per second'],
  ['Mbps', 'megabit per second', 'megabits per second'],
  ['Gbps', 'gigabit per second', 'gigabits per second'],
  ['rpm', 'revolution per minute', 'revolutions per minute'],
  ['bpm', 'beat per minute', 'beats per minute'],
  ['fps', 'frame per second', 'frames per second'],
  ['ppm', 'part per million', 'parts per million'],
  ['ppb', 'part per billion', 'parts per billion'],
  ['°C', 'degree Celsius', 'degrees Celsius'],
  ['°F', 'degree Fahrenheit', 'degrees Fahrenheit'],
  ['°', 'degree', 'degrees'],
] as const)
  names.set(symbol, [one, many]);

/** What stands below the line: per second, per cubic meter. */
const below: Readonly<Record<string, string>> = {
  s: 'second',
  h: 'hour',
  d: 'day',
  ha: 'hectare',
  l: 'liter',
  L: 'liter',
  dl: 'deciliter',
  dL: 'deciliter',
  ml: 'milliliter',
  mL: 'milliliter',
  kg: 'kilogram',
  m: 'meter',
  km: 'kilometer',
  kWh: 'kilowatt hour',
  'm²': 'square meter',
  'm³': 'cubic meter',
  'km²': 'square kilometer',
  's²': 'second squared',
};

const longestFirst = (symbols: Iterable<string>): string =>
  [...symbols].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).join('|');
const measure = new RegExp(
  String.raw`(?<an>\b[Aa]n? )?(?<![\p{L}\d.,])(?<digits>\d{1,12}(?:,\d{3}){0,6}(?:\.\d{1,9})?)(?<gap>[ -]?)(?<unit>${longestFirst(names.keys())})` +
    String.raw`(?<power>[²³])?(?:/(?<per>${longestFirst(Object.keys(below))}))?(?![\p{L}\d²³/]|[.-]\d)(?<stop>\.(?= \p{Ll}))?`,
  'gu',
);

/** One of a unit, after "per"; a word is its own name. */
export const oneOf = (unit: string): string =>
  below[unit] ?? names.get(unit)?.[0] ?? (unit === 'mo' ? 'month' : unit);

/** A letter behind a number need be no unit: "5m" may be five million and "5g" a network. */
function isDoubtful(gap: string, unit: string, power: string | undefined, per: string | undefined): boolean {
  return unit.length === 1 && unit !== '°' && gap !== ' ' && power === undefined && per === undefined;
}

/** Numbers with a unit as they are said: "5 km" → "5 kilometers", "a 10-kg box" → "a 10-kilogram box", "3 m/s" → "3 meters per second". */
export function sayUnits(text: string): string {
  return text.replaceAll(measure, (whole, ...found) => {
    const { an, digits, gap, unit, power, per, stop } = found.at(-1) as Record<string, string | undefined>;
    const [one, many] = names.get(unit ?? '') ?? ['', ''];
    if (isDoubtful(gap ?? '', unit ?? '', power, per)) return whole;
    // A full stop behind the unit is the sentence's, but for those that are written with one.
    if (stop !== undefined && !/^(?:min|mins|sec|ft|yd|mi|lbs?|oz|hrs?|yrs?)$/u.test(unit ?? ''))
      return whole;
    const single = an !== undefined || gap === '-' || digits === '1';
    const size = power === undefined ? '' : power === '²' ? 'square ' : 'cubic ';
    const name = `${size}${single ? one : many}${per === undefined ? '' : ` per ${below[per] ?? ''}`}`;
    return `${an ?? ''}${digits ?? ''}${gap === '-' ? '-' : ' '}${name}`;
  });
}
