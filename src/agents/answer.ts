import { ProductionError } from '../../machines/errors.js';
import { formatUsd, fromDollars, type Usd } from '../../machines/usd.js';
import type { ArtifactLink } from './artifact-links.js';
import type { OldCopy } from '../production/index.js';
import { redactor } from './redactor.js';

/** What a tool gives back; the text says the same as the object, for hosts that read only one of them. */
export interface Answer {
  [key: string]: unknown;
  content: ({ type: 'text'; text: string } | ArtifactLink)[];
  structuredContent: Record<string, unknown>;
  isError?: true;
}

export function answer(found: Record<string, unknown>, links: readonly ArtifactLink[] = []): Answer {
  return { content: [{ type: 'text', text: JSON.stringify(found) }, ...links], structuredContent: found };
}

/** Says of what was looked at while the log cannot be reached how old it is. Whatever is a person's to answer stays as it is. */
export function marked<Given extends object>(answered: Given, oldCopy: OldCopy | undefined): Given {
  if (!oldCopy || !('content' in answered) || !Array.isArray(answered.content)) return answered;
  const { of, asOf, why } = oldCopy;
  const text = told(
    `This is this machine's copy of ${of} as of ${asOf}, which may be old: ${why} Nothing can be changed until it answers.`,
  );
  return { ...answered, content: [...(answered.content as Answer['content']), { type: 'text', text }] };
}

/** A refusal, as the model reads it: what happened, and who can do something about it. */
export function failure(error: unknown): Answer {
  const { code, message, remedy } =
    error instanceof ProductionError
      ? { ...error.toJSON(), message: inArgumentsWords(error) }
      : { code: 'machine_broken' as const, message: String(error), remedy: 'bug' as const };
  return { ...answer({ code, message: told(message), remedy }), isError: true };
}

/** The engine names its inputs in its own way (`maxCost`), and a tool's arguments are `max_cost`. */
function inArgumentsWords({ message, field = '' }: ProductionError): string {
  if (!message.startsWith(`${field}:`)) return message;
  const argument = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `${argument}${message.slice(field.length)}`;
}

/** The words of a refusal that is no tool's answer, but an error of the protocol's. */
export function errorText(error: unknown): string {
  return told(error instanceof Error ? error.message : String(error));
}

// Before it is cut: half a secret is not known for one.
function told(message: string): string {
  return redactor.message(message).slice(0, 2000);
}

/** Decimal dollars as a string: `1050000` micro-dollars give `"1.05"`. */
export function decimal(amount: Usd): string {
  return formatUsd(amount).replace('$', '');
}

/** {@link decimal} of a sum that the documents hold as a number. */
export function decimalOf(dollars: number): string {
  return decimal(fromDollars(dollars));
}
