/** Titles and the like, which stand before a name. */
const beforeNames: Readonly<Record<string, string>> = {
  Prof: 'Professor',
  Profs: 'Professors',
  Gen: 'General',
  Col: 'Colonel',
  Maj: 'Major',
  Capt: 'Captain',
  Lt: 'Lieutenant',
  Sgt: 'Sergeant',
  Cpl: 'Corporal',
  Cmdr: 'Commander',
  Adm: 'Admiral',
  Rev: 'Reverend',
  Sen: 'Senator',
  Rep: 'Representative',
  Gov: 'Governor',
  Pres: 'President',
  Ms: 'Miz',
  Messrs: 'Messieurs',
  Ft: 'Fort',
  Mt: 'Mount',
};

/** Behind a name, and inside one. */
const inNames: Readonly<Record<string, string>> = {
  Jr: 'Junior',
  Sr: 'Senior',
  Co: 'Company',
  Cos: 'Companies',
  Corp: 'Corporation',
  Inc: 'Incorporated',
  Ltd: 'Limited',
  Bros: 'Brothers',
  Assn: 'Association',
  Dept: 'Department',
  Univ: 'University',
  Inst: 'Institute',
  Ave: 'Avenue',
  Blvd: 'Boulevard',
  Rd: 'Road',
};

/** Before a number. */
const beforeNumbers: Readonly<Record<string, string>> = {
  no: 'number',
  nos: 'numbers',
  fig: 'figure',
  figs: 'figures',
  vol: 'volume',
  vols: 'volumes',
  ch: 'chapter',
  chap: 'chapter',
  sec: 'section',
  p: 'page',
  pp: 'pages',
  op: 'opus',
  eq: 'equation',
  ca: 'about',
  c: 'about',
};

const dates: Readonly<Record<string, string>> = {
  Jan: 'January',
  Feb: 'February',
  Mar: 'March',
  Apr: 'April',
  Jun: 'June',
  Jul: 'July',
  Aug: 'August',
  Sep: 'September',
  Sept: 'September',
  Oct: 'October',
  Nov: 'November',
  Dec: 'December',
};

const wordsOf = (table: Readonly<Record<string, string>>): string => Object.keys(table).join('|');
const titles = new RegExp(String.raw`\b(${wordsOf(beforeNames)})\. (?=\p{Lu})`, 'gu');
const nameParts = new RegExp(String.raw`(?<=[\p{L}.,] )(${wordsOf(inNames)})\.(?=[ ,;:]|["')]?$)`, 'gu');
const numbered = new RegExp(String.raw`\b(${wordsOf(beforeNumbers)})\. ?(?=\d)`, 'giu');
const months = new RegExp(String.raw`\b(${wordsOf(dates)})\. (?=\d|\p{Ll})`, 'gu');
/** Behind a full stop: the sentence goes on. */
const goesOn = /^(?:[,;:]| [\p{Ll}\d])/u;
const opensSentence =
  /^ (?:The|An?|It|He|She|They|We|You|I|In|On|At|This|That|These|Those|But|And|So|There)\b/u;

const asWritten = (word: string, written: string): string =>
  /^\p{Lu}/u.test(written) ? word.charAt(0).toUpperCase() + word.slice(1) : word;

/**
 * Abbreviations in full. The voice makes a pause at each full stop, takes "No. 1" for "no, one" and "Smith Co." for Colorado; one at the end of
 * a sentence keeps its full stop.
 */
export function sayAbbreviations(text: string): string {
  return text
    .replaceAll(titles, (_, title: string) => `${beforeNames[title] ?? title} `)
    .replaceAll(numbered, (whole, written: string) =>
      /^(?:C|CA|P|PP)$/u.test(written) || /^\p{Lu}{2}/u.test(written)
        ? whole
        : `${asWritten(beforeNumbers[written.toLowerCase()] ?? written, written)} `,
    )
    .replaceAll(months, (_, month: string) => `${dates[month] ?? month} `)
    .replaceAll(/\bet al\.(?=[,;:]| [\p{Ll}\d])/gu, 'and others')
    .replaceAll(/\bPh\.D\./gu, 'P.H.D.')
    .replaceAll(nameParts, (whole: string, word: string, at: number, all: string) => {
      const stop = goesOn.test(all.slice(at + whole.length, at + whole.length + 3)) ? '' : '.';
      return `${inNames[word] ?? word}${stop}`;
    })
    .replaceAll(/(?<![\p{L}.])(?:\p{L}\.){2,12}/gu, (letters: string, at: number, all: string) => {
      const after = all.slice(at + letters.length, at + letters.length + 8);
      const ends = /^["')]?(?:$|[.?!])/u.test(after) || opensSentence.test(after);
      return letters.toUpperCase().replaceAll('.', ' ').trim() + (ends ? '.' : '');
    });
}
