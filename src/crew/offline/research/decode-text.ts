/**
 * Decodes a text file by its byte order mark, else as UTF-8. Bytes that are not UTF-8 are repaired and counted: in a file without
 * any valid multi-byte character they are Windows-1252 letters, in a mixed file U+FFFD, whose sentence is not quoted.
 */
export function decodeText(bytes: Uint8Array): { text: string; repaired: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), repaired: 0 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), repaired: 0 };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), repaired: 0 };
  } catch {
    return repair(bytes);
  }
}

function repair(bytes: Uint8Array): { text: string; repaired: number } {
  const text = new TextDecoder('utf-8').decode(bytes);
  const repaired = text.split('\uFFFD').length - 1;
  const hasMultiByte = /[\u0080-\uFFFC\u{10000}-\u{10FFFF}]/u.test(text);
  if (!hasMultiByte) return { text: new TextDecoder('windows-1252').decode(bytes), repaired };
  return { text, repaired };
}
