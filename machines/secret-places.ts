/** What keys and tokens are written with; each form of one has at least so many of these signs in a row. */
const isSign = new Uint8Array(128);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=-')
  isSign[sign.charCodeAt(0)] = 1;
/** `xoxb-` and ten signs are the shortest. */
const shortestKey = 15;

/** A stretch of a text: from the first index to the one after the last. */
export type Stretch = readonly [from: number, to: number];

/**
 * Where in a text keys and tokens can be: every longest stretch of their signs that has room for one. Prose has none: looking from behind, most of
 * its signs are passed over, so that a text without a secret costs a small part of what the forms cost.
 */
export function placesOfKeys(text: string): Stretch[] {
  const found: Stretch[] = [];
  for (let from = 0, end = shortestKey - 1; end < text.length;) {
    let at = end;
    while (at >= from && signAt(text, at)) at -= 1;
    if (at >= from) {
      from = at + 1;
      end = at + shortestKey;
      continue;
    }
    let to = end + 1;
    while (to < text.length && signAt(text, to)) to += 1;
    found.push([from, to]);
    from = to + 1;
    end = to + shortestKey;
  }
  return found;
}

function signAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 128 && isSign[code] === 1;
}
