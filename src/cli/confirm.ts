import { createInterface } from 'node:readline/promises';
import type { Context, Options } from './command.js';
import { forTerminal } from './standard-output.js';
import { UsageError } from './usage-error.js';

/**
 * Asks a person at a terminal whether to go on, before what is hard to undo; programs are not asked, nor is who says `--yes`.
 * @throws UsageError when the answer is no.
 */
export async function confirm({ json }: Context, { yes }: Options, question: string): Promise<void> {
  const { stdin: input, stderr: output } = process;
  if (json || yes === true || !input.isTTY || !output.isTTY) return;
  const reader = createInterface({ input, output });
  // Whoever ends the input has not said yes.
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  const answer = await Promise.race([reader.question(forTerminal(`${question} [y/N] `)), ended]);
  reader.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new UsageError('nothing was done; --yes does it without asking.');
}
