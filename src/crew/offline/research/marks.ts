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
} as const;
type Doubt = keyof typeof doubts;

/** The mark for a doubt. */
export const doubt = (reason: Doubt): string => doubts[reason];

const reasons = new Map<string, string>(Object.entries(doubts).map(([reason, mark]) => [mark, reason]));

/** The first doubt in a marked text. */
export function doubtIn(marked: string): string | undefined {
  const mark = /[\uE010-\uE01A]/u.exec(marked)?.[0];
  return mark === undefined ? undefined : reasons.get(mark);
}

/** Makes a source's own private-use characters recognisable; what is not to be seen (soft hyphens, joiners) goes. */
export function withoutForeignMarks(text: string): string {
  return text
    .replaceAll(/[\uE000-\uF8FF\u{F0000}-\u{10FFFF}]/gu, doubts.private_sign)
    .replaceAll(/[\u00AD\u200B\u2060\uFEFF\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
}

/** The words alone. */
export function withoutMarks(marked: string): string {
  return marked.replaceAll(/[\uE000\uE001\uE003\uE010-\uE01A]/gu, '').replaceAll('\uE002', ' ');
}
