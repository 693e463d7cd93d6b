/**
 * The JSON of a file that a person may have saved: UTF-8, or UTF-16 where its byte order mark says so. A byte order mark is not part of the
 * text; editors on Windows write one.
 * @throws SyntaxError.
 */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(decodeText(bytes)) as unknown;
}

function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
