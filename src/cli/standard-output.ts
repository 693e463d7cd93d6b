const write = process.stdout.write.bind(process.stdout);

/** Writes to standard output, whoever else has been kept from it. */
export function printOut(text: string): void {
  write(text);
}

/**
 * From here on whatever a crew prints goes to standard error: with `--json` standard output is one object. Worker threads print through
 * this process, so theirs goes there too.
 */
export function keepStandardOutput(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
