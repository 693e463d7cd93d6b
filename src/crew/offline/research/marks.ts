/**
 * Signs inside a block's text for what is no letter: where code begins and ends, where a line ended, and what a person sees there that
 * cannot be quoted. They are private-use characters; those that a source brings along become a mark themselves.
 */
export const marks = {
  codeStart: '\uE000',
  codeEnd: '\uE001',
  /** A line's end that may or may not end a sentence. */
  lineEnd: '\uE002',
  /** A reference to a note, which is no word of the sentence. */
  note: '\uE003',
  /** Where an element begins or ends inside a line; gone when the block is whole. */
  seam: '\uE004',
} as const;

/** What makes a sentence unfit to be quoted wherever it stands in it, with the mark that says so. */
const doubts = {
  picture: '\uE010',
  formula: '\uE011',
  struck_out: '\uE012',
  raised_or_lowered: '\uE013',
  reading_aid: '\uE014',
  columns: '\uE015',
  broken_word: '\uE016',
  unsure_line_end: '\uE017',
  form_field: '\uE018',
  private_sign: '\uE019',
  page_break: '\uE01A',
  hidden_words: '\uE01B',
  note_number: '\uE01C',
  number_in_parts: '\uE01D',
  unknown_element: '\uE01E',
  turned_signs: '\uE01F',
} as const;
export type Doubt = keyof typeof doubts;

/** The mark for a doubt. */
export const doubt = (reason: Doubt): string => doubts[reason];

const reasons = new Map<string, string>(Object.entries(doubts).map(([reason, mark]) => [mark, reason]));

/** The first doubt in a marked text. */
export function doubtIn(marked: string): string | undefined {
  const mark = /[\uE010-\uE01F]/u.exec(marked)?.[0];
  return mark === undefined ? undefined : reasons.get(mark);
}

/**
 * Makes a source's own private-use characters, signs that turn the order of others and signs that strike out recognisable; what is not to be
 * seen (soft hyphens, joiners) goes, and letters that are printed as one (\uFB01) are two.
 */
export function withoutForeignMarks(text: string): string {
  return text
    .replaceAll(/[\uE000-\uF8FF\u{F0000}-\u{10FFFF}]/gu, doubts.private_sign)
    .replaceAll(/[\u202D\u202E]/gu, doubts.turned_signs)
    .replaceAll(/[\u0335-\u0338\u20D2\u20D3\u20E5\u20E6\u20EB]/gu, doubts.struck_out)
    .replaceAll(/[\uFB00-\uFB06]/gu, (letters) => letters.normalize('NFKC'))
    .replaceAll(/[\u00AD\u200B\u2060\uFEFF\u200E\u200F\u202A-\u202C\u2066-\u2069]/gu, '');
}

/** Takes the seams out; a number that is put together of several elements (10 and a small 3) is in doubt. */
export function withoutSeams(marked: string): string {
  if (!marked.includes(marks.seam)) return marked;
  return marked
    .replaceAll(
      /([\p{L}\p{N}][\uE000\uE001]*)\uE004[\uE000\uE001\uE004]*(?=[-−]?\d)/gu,
      `$1${doubts.number_in_parts}`,
    )
    .replaceAll(marks.seam, '');
}

/** The words alone. */
export function withoutMarks(marked: string): string {
  return marked.replaceAll(/[\uE000\uE001\uE003\uE010-\uE01F]/gu, '').replaceAll('\uE002', ' ');
}
