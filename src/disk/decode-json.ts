/**
 * The JSON of a file that a person may have saved: UTF-8, or UTF-16 where its byte order mark says so. A byte order mark is not part of the
 * text; editors on Windows write one. The error says where it goes wrong, and quotes nothing: the file may be another's.
 * More values than a gigabyte of memory has room for are refused before they are parsed: nothing can stop the engine's parser, and where memory
 * ends, the process does (Node 20.20, in a thread with limits too).
 * @throws SyntaxError.
 */
export function decodeJson(bytes: Uint8Array): unknown {
  if (mayHoldTooMuch(bytes)) throw new SyntaxError('it has more than four million values');
  return parseJson(decodeText(bytes));
}

const mostValues = 4_000_000;
const [bracket, brace, comma] = [0x5b, 0x7b, 0x2c];

/** Each value but the first follows one of three signs; those inside of texts are counted too. */
function mayHoldTooMuch(bytes: Uint8Array): boolean {
  if (bytes.length <= mostValues) return false;
  let count = 0;
  for (const byte of bytes) if (byte === comma || byte === bracket || byte === brace) count += 1;
  return count > mostValues;
}

/** The same for a text that is decoded already. @throws SyntaxError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's own message has the file's first words in it, and so has the error as a cause (Node 20.20).
    // oxlint-disable-next-line preserve-caught-error -- nothing of the file is to be shown
    throw new SyntaxError(whereItGoesWrong(text));
  }
}

function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** Characters. In longer texts nobody looks for a line. */
const longestLookedInto = 1_000_000;

function whereItGoesWrong(text: string): string {
  const at = text.length > longestLookedInto ? undefined : faultIn(text);
  if (at === undefined) return 'it goes wrong somewhere';
  if (at >= text.trimEnd().length) return 'it ends too early';
  const before = text.slice(0, at);
  return `it goes wrong at line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}`;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'end';

const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them
const string = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[\dA-Fa-f]{4})*"/y;
const blank = /[ \t\n\r]*/y;

/** Where the first sign stands that JSON cannot have there; the text's length where it ends too early. */
function faultIn(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const takes = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const after = (): Expected => (open.length === 0 ? 'end' : ', or end');
  for (;;) {
    takes(blank);
    if (at >= text.length) return expected === 'end' ? undefined : at;
    const sign = text[at] ?? '';
    const isValue = expected === 'value' || expected === 'value or ]';
    if (isValue && (sign === '{' || sign === '[')) {
      open.push(sign === '{' ? '}' : ']');
      expected = sign === '{' ? 'key or }' : 'value or ]';
      at += 1;
    } else if (
      sign === open.at(-1) &&
      (expected === ', or end' || expected === 'key or }' || expected === 'value or ]')
    ) {
      open.pop();
      expected = after();
      at += 1;
    } else if (isValue && (takes(string) || takes(scalar))) expected = after();
    else if ((expected === 'key' || expected === 'key or }') && takes(string)) expected = ':';
    else if (expected === sign || (expected === ', or end' && sign === ',')) {
      expected = expected === ':' ? 'value' : open.at(-1) === '}' ? 'key' : 'value';
      at += 1;
    } else return at;
  }
}
