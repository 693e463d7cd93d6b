import { createHash } from 'node:crypto';
import { ProductionError, anyOf, escapeForMarkdown, escapeForXml } from '../../machines/index.js';

/** JSON in a string of JSON, in a line that was copied into another one. */
const deepestJson = 4;
const shortest = 6;
const longest = 10_000;
/** From here on a mask says what it is. */
const shortestNamed = 16;
/** A torn line may end in the middle of it. */
const shortestTorn = 4;

/**
 * A secret in every form in which files of a production have it: as it is, as JSON, Markdown, XML and addresses write it. What stands in its place is
 * as many bytes long and made of small letters and digits, so that it can stand wherever the secret stood.
 */
export class SecretText {
  /** Lower-case hexadecimal SHA-256 of the secret, as the record of its removal keeps it. */
  readonly sha256: string;
  /** Characters. */
  readonly length: number;
  /** How often it was found so far. */
  found = 0;
  readonly #forms: Buffer[];
  /** How many bytes each form has where no JSON is around it. */
  readonly #plain: Map<string, number>;
  readonly #inText: RegExp;
  readonly #inBytes: RegExp;

  /** @throws ProductionError `invalid_input`, when the text is so short or so long that it cannot be one. */
  constructor(secret: string) {
    this.length = secret.length;
    if (secret.trim().length < shortest || this.length > longest)
      throw invalid(
        `a text of ${secret.length} characters cannot be taken out; give ${shortest} to ${longest} characters, none of them at the ends blank`,
      );
    this.sha256 = createHash('sha256').update(secret).digest('hex');
    this.#plain = formsOf(secret);
    const texts = [...this.#plain.keys()];
    this.#forms = texts.map((text) => Buffer.from(text));
    this.#inText = anyOf(texts) ?? /(?!)/g;
    this.#inBytes = anyOf(this.#forms.map((form) => form.toString('latin1'))) ?? /(?!)/g;
    if (this.isIn(Buffer.from(this.#mask(256))))
      throw invalid('it cannot be told from what would stand in its place; name more of it');
  }

  isIn(bytes: Buffer): boolean {
    return this.#forms.some((form) => bytes.includes(form));
  }

  /** Takes it out of a text, in which it stands the same however often JSON was put in JSON; the text may get shorter. */
  maskText(text: string): string {
    return text.replaceAll(this.#inText, (form) => this.#count(this.#plain.get(form) ?? form.length));
  }

  /** The same for a file of JSON, which a fork may have copied out of a commit: both have one hash before, and have to have one after. */
  maskJson(bytes: Buffer): Buffer {
    return this.isIn(bytes) ? Buffer.from(this.maskText(bytes.toString('utf8'))) : bytes;
  }

  /** Takes it out of bytes; as many as before. */
  maskBytes(bytes: Buffer): Buffer {
    if (!this.isIn(bytes)) return bytes;
    const masked = bytes.toString('latin1').replaceAll(this.#inBytes, (form) => this.#count(form.length));
    return Buffer.from(masked, 'latin1');
  }

  /** The same for a stretch of the journal that is no line: what was cut off may end in the middle of it, and what follows a hole begin there. */
  maskTorn(bytes: Buffer): Buffer {
    const masked = Buffer.from(this.maskBytes(bytes));
    for (const { from, to } of gapsIn(masked)) {
      const before = longestOf(this.#forms, (form) => beginningAt(masked, from, form));
      if (before > 0) masked.write(this.#count(before), from - before, 'latin1');
      const after = longestOf(this.#forms, (form) => endAt(masked, to, form));
      if (after > 0) masked.write(this.#count(after), to, 'latin1');
    }
    return masked;
  }

  #count(length: number): string {
    this.found += 1;
    return this.#mask(length);
  }

  #mask(length: number): string {
    if (length < shortestNamed) return 'x'.repeat(length);
    const named = `redacted_${this.sha256.slice(0, 8)}_`;
    return named.padEnd(length, 'x').slice(0, length);
  }
}

/** Where something is missing in a stretch: zeros that a power cut left, and its end, up to what was written behind it so that nothing there counts. */
function gapsIn(bytes: Buffer): { from: number; to: number }[] {
  const text = bytes.toString('latin1');
  const end = text.endsWith('~void') ? text.length - 5 : withoutFiller(text);
  const holes = [...text.slice(0, end).matchAll(/\0+/g)];
  return [
    ...holes.map(({ index, 0: zeros }) => ({ from: index, to: index + zeros.length })),
    { from: end, to: text.length },
  ];
}

/** Where the signs begin that end a text and are written where lines were lost. */
function withoutFiller(text: string): number {
  let end = text.length;
  while (text[end - 1] === '~') end -= 1;
  return end;
}

function longestOf(forms: readonly Buffer[], lengthOf: (form: Buffer) => number): number {
  return Math.max(0, ...forms.map(lengthOf));
}

/** How many bytes of the form's end stand right behind a place. */
function endAt(bytes: Buffer, start: number, form: Buffer): number {
  for (let length = Math.min(form.length - 1, bytes.length - start); length >= shortestTorn; length -= 1)
    if (bytes.subarray(start, start + length).equals(form.subarray(form.length - length))) return length;
  return 0;
}

/** How many bytes of the form's beginning stand right before a place. */
function beginningAt(bytes: Buffer, end: number, form: Buffer): number {
  for (let length = Math.min(form.length - 1, end); length >= shortestTorn; length -= 1)
    if (bytes.subarray(end - length, end).equals(form.subarray(0, length))) return length;
  return 0;
}

function formsOf(secret: string): Map<string, number> {
  const whole = secret.toWellFormed();
  const texts = [secret, escapeForXml(secret), escapeForMarkdown(secret), encodeURIComponent(whole)];
  const found = new Map<string, number>();
  for (const text of texts) {
    let form = text;
    for (let level = 0; level < deepestJson; level += 1) {
      if (!found.has(form)) found.set(form, Buffer.byteLength(text));
      form = JSON.stringify(form).slice(1, -1);
    }
  }
  return found;
}

function invalid(what: string): ProductionError {
  return new ProductionError('invalid_input', `text: ${what}.`, { field: 'text' });
}
