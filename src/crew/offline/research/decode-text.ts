/** What Windows-1252 has where Latin-1 has controls; Node 20 decodes it as Latin-1. Five bytes mean nothing. */
const windows = Array.from('€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ');

/** Signs that stand in no word of a language that Windows-1252 was made for: the bytes were another encoding's letters. */
const foreign =
  /\p{Ll}[À-ÖØ-ÞŠŽŒŸ]|[À-ÖØ-ÞŠŽŒŸ]{2}\p{Ll}|\p{L}[‚„ƒˆ˜£¥¤¦¨¬¯±¶¸¼¾×÷¡¿]|[£¥¤¦¬¯±¶¸¼¾×÷]\p{L}|[à-öø-ÿ]{3}|[\u0080-\u009F]/u;

interface Decoded {
  text: string;
  /** Bytes that were not UTF-8. */
  repaired: number;
}

/**
 * Decodes a text file by its byte order mark, else as UTF-16 where every other byte is zero, else as UTF-8, else as a page says that it is
 * encoded. Other bytes that are not UTF-8 are counted: in a file without any valid multi-byte character they are letters of Windows-1252 if
 * they make words as that, and otherwise U+FFFD, whose sentence is not quoted.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const wide = utf16Of(bytes);
  if (wide !== undefined) return { text: new TextDecoder(wide).decode(bytes), repaired: 0 };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), repaired: 0 };
  } catch {
    return repair(bytes);
  }
}

/** Which UTF-16 the bytes are, by their mark or by the zeros of Latin letters. */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 2000);
  if (head.length < 16 || bytes.length % 2 !== 0) return undefined;
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros.map((count) => count / (head.length / 2));
  if (odd > 0.9 && even === 0) return 'utf-16le';
  return even > 0.9 && odd === 0 ? 'utf-16be' : undefined;
}

function repair(bytes: Uint8Array): Decoded {
  const text = new TextDecoder('utf-8').decode(bytes);
  const repaired = text.split('\uFFFD').length - 1;
  const stated = statedEncoding(text);
  if (stated !== undefined) return { text: stated.decode(bytes), repaired };
  const hasMultiByte = /[\u0080-\uFFFC\u{10000}-\u{10FFFF}]/u.test(text);
  const asWindows = hasMultiByte ? text : windows1252(bytes);
  return { text: foreign.test(asWindows) ? text : asWindows, repaired };
}

/** What a page says of its own encoding, at its head; Windows-1252 is not asked of Node. */
function statedEncoding(text: string): { decode(bytes: Uint8Array): string } | undefined {
  const label = /<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]{2,30})/iu.exec(
    text.slice(0, 2000),
  )?.[1];
  if (label === undefined) return undefined;
  try {
    const decoder = new TextDecoder(label);
    if (decoder.encoding === 'utf-8') return undefined;
    return decoder.encoding === 'windows-1252' ? { decode: windows1252 } : decoder;
  } catch {
    return undefined;
  }
}

function windows1252(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes);
  return text.replaceAll(
    /[\u0080-\u009F]/gu,
    (sign) => windows[(sign.codePointAt(0) ?? 0x80) - 0x80] ?? sign,
  );
}
