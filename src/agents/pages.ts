import { ProductionError } from '../../machines/errors.js';

/** What the items of one answer may take; with the rest of the answer it stays under 8 kB. */
const pageBytes = 5000;

/** An answer goes out twice: as an object, and as a text in which each quote is escaped. */
function bytesOf(item: unknown): number {
  const json = JSON.stringify(item);
  return Buffer.byteLength(json) + Buffer.byteLength(JSON.stringify(json));
}

/** As many items as fit, after the one that the cursor names; `next_cursor` when there are more. */
export function page<Item>(
  items: readonly Item[],
  cursorOf: (item: Item, index: number) => string,
  cursor: string | undefined,
): { items: Item[]; next: { next_cursor?: string } } {
  const last = cursor === undefined ? -1 : items.findIndex((item, index) => cursorOf(item, index) === cursor);
  if (cursor !== undefined && last < 0)
    throw new ProductionError(
      'invalid_input',
      `cursor: ${JSON.stringify(cursor.slice(0, 40))} names no place in this list; begin again without it.`,
      { field: 'cursor' },
    );
  const taken: Item[] = [];
  let bytes = 0;
  for (let index = last + 1; index < items.length; index += 1) {
    const item = items[index] as Item;
    bytes += bytesOf(item);
    if (bytes > pageBytes && taken.length > 0)
      return { items: taken, next: { next_cursor: cursorOf(items[index - 1] as Item, index - 1) } };
    taken.push(item);
  }
  return { items: taken, next: {} };
}

/** A stretch of a text from a cursor on, not cut inside a character. */
export function textPage(text: string, cursor: string | undefined): { data: string; next_cursor?: string } {
  const from = Number(cursor ?? 0);
  if (!Number.isSafeInteger(from) || from < 0 || from > text.length)
    throw new ProductionError(
      'invalid_input',
      'cursor: is no place in this checkpoint; begin again without it.',
      {
        field: 'cursor',
      },
    );
  let data = '';
  let bytes = 0;
  for (const character of text.slice(from, from + pageBytes)) {
    // Less the four quotes around it, two of them escaped.
    bytes += bytesOf(character) - 8;
    if (bytes > pageBytes) break;
    data += character;
  }
  const end = from + data.length;
  return { data, ...(end < text.length ? { next_cursor: String(end) } : {}) };
}
