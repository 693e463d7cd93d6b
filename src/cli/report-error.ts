import { ProductionError } from '../../machines/errors.js';
import { makeRedactor, secretsIn } from '../../machines/redact.js';
import { troubleWithFile } from '../disk/advice.js';
import { exitOf, exits } from './exit-codes.js';
import { UsageError } from './usage-error.js';
import { escapeForTerminal } from '../../machines/escape.js';
import { printError, printJson } from './standard-output.js';

const remedies = {
  caller: 'Correct the call and try again.',
  operator: 'Somebody has to act before it can work.',
  retry: 'Try again in a while.',
  bug: 'This is a fault of showrunner; please report it.',
};

/** Prints an error, for machines or for people, and gives the exit code. `secrets` are what the arguments had of them. */
export function reportError(error: unknown, json: boolean, secrets: readonly string[] = []): number {
  const redactor = makeRedactor([...secrets, ...secretsIn(process.env)]);
  const trouble = troubleWithFile(error);
  if (trouble !== undefined)
    return reportError(new ProductionError('document_unavailable', trouble, { cause: error }), json, secrets);
  if (error instanceof UsageError) {
    if (json) printJson({ error: { code: 'usage', message: redactor.message(error.message) } });
    else printError(`showrunner: ${escapeForTerminal(redactor.message(error.message))}\n`);
    return exits.usage;
  }
  if (error instanceof ProductionError) {
    if (json) printJson({ error: { ...error.toJSON(), message: redactor.message(error.message) } });
    else
      printError(
        `showrunner: ${escapeForTerminal(redactor.message(error.message))}\n  (${error.code}. ${remedies[error.remedy]})\n`,
      );
    return exitOf[error.code];
  }
  const message = redactor.message(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (json) printJson({ error: { code: 'unexpected', message } });
  else printError(`showrunner: unexpected error\n${message}\n`);
  return exits.failed;
}
