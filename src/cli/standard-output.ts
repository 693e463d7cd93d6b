import { escapeJsonForTerminal, escapeLinesForTerminal } from '../../machines/escape.js';

const write = process.stdout.write.bind(process.stdout);

// The colours of picocolors that we use, and no others: what is hidden, blinks or runs backwards is not ours.
// oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
const colour = /(\u001b\[(?:1|2|22|3[1236]|39)m)/;

/** Everything that is printed passes here or below: nothing but lines and our own colours reaches a terminal. */
export function forTerminal(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : escapeLinesForTerminal(part)))
    .join('');
}

/** Writes to standard output, whoever else has been kept from it. */
export function printOut(text: string): void {
  write(forTerminal(text));
}

/** One JSON value, on a line. */
export function printJson(value: unknown): void {
  write(`${escapeJsonForTerminal(JSON.stringify(value))}\n`);
}

/** Writes to standard error. */
export function printError(text: string): void {
  process.stderr.write(forTerminal(text));
}

/**
 * From here on whatever a crew prints goes to standard error: with `--json` standard output is one object. Worker threads print through
 * this process, so theirs goes there too.
 */
export function keepStandardOutput(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
