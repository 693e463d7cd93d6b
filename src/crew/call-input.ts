import { createHash } from 'node:crypto';
import { ProductionError, type CallInput, type Redactor } from '../../machines/index.js';

const mostText = 2048;

/**
 * What is kept of an operation's input: its beginning, and the hash and size of the whole, with secrets taken out before. A string is kept as it is, everything else as JSON.
 * @throws ProductionError `invalid_input` naming `input` where it is no JSON.
 */
export function keptInput(input: unknown, redactor: Redactor): CallInput {
  const text = redactor.message(textOf(input));
  return {
    text: text.slice(0, mostText).toWellFormed(),
    sha256: createHash('sha256').update(text).digest('hex'),
    bytes: Buffer.byteLength(text),
  };
}

function textOf(input: unknown): string {
  if (typeof input === 'string') return input;
  try {
    const text = JSON.stringify(input) as string | undefined;
    if (text !== undefined) return text;
  } catch {
    // Said below.
  }
  throw new ProductionError(
    'invalid_input',
    'input: is neither a text nor JSON; leave it out, or give what people may read of it.',
    {
      field: 'input',
    },
  );
}
