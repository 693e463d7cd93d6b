const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const words = new Intl.Segmenter('en', { granularity: 'word' });
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A text in parts of at most `most` characters (UTF-16 units, of which there are never fewer than a provider counts), as few as can be, which joined are the text again. It is cut
 * at the ends of sentences; a sentence that is too long between its words, and a word that is too long between its letters.
 */
export function splitText(text: string, most: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const piece of piecesOf(text, most, [sentences, words, letters])) {
    if (part !== '' && part.length + piece.trimEnd().length > most) {
      parts.push(part);
      part = '';
    }
    part += piece;
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** `Intl.Segmenter` ends a sentence after "Dr.": what follows such a word belongs to it. */
const unfinished = /(?:^|\s)(?:Dr|Mr|Mrs|Ms|Prof|St|vs|No|e\.g|i\.e)\.\s*$/u;

function piecesOf(text: string, most: number, [by, ...finer]: Intl.Segmenter[]): string[] {
  if (!by) return [text];
  const pieces: string[] = [];
  for (const { segment } of by.segment(text)) {
    const before = pieces.at(-1);
    if (before !== undefined && by === sentences && unfinished.test(before))
      pieces[pieces.length - 1] = before + segment;
    else pieces.push(segment);
  }
  return pieces.flatMap((piece) => (piece.trimEnd().length > most ? piecesOf(piece, most, finer) : [piece]));
}
