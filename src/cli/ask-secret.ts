import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ProductionError } from '../../machines/errors.js';
import { printError } from './standard-output.js';

/** A text that nobody is to see: typed without being shown, or what comes in by a pipe, without the end of its last line. */
export async function askSecret(question: string): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) {
    const parts: Buffer[] = [];
    for await (const part of stdin) parts.push(part as Buffer);
    return Buffer.concat(parts)
      .toString('utf8')
      .replace(/\r?\n$/, '');
  }
  printError(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('SIGINT', () =>
        reject(new ProductionError('interrupted', 'interrupted; nothing was changed.')),
      );
      lines.once('close', () =>
        reject(new ProductionError('interrupted', 'nothing was given; nothing was changed.')),
      );
      lines.question('').then(resolve, reject);
    });
  } finally {
    lines.close();
    printError('\n');
  }
}
