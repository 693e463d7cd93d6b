import type { InputRequiredResult } from '@modelcontextprotocol/server';
import { escapeForTerminal } from '../../machines/escape.js';
import { redactor } from './redactor.js';

/** A question to a person, on its way to the client. */
export type Question = InputRequiredResult;

/** What a call has to ask a person with. */
export interface Asking {
  /** Whether this client can show a question. */
  canAsk: boolean;
  /** What came back, by question; from the client, unchecked. */
  responses: Readonly<Record<string, unknown>> | undefined;
  /** Builds the question in the protocol's form. */
  question: (name: string, message: string) => Question;
  /** Who answered, with the channel, for the record. */
  by: string;
  /** Who acts where the policy asks for no person. */
  agent: string;
}

interface About {
  /** Names what is asked, so that a yes to something else, or to an earlier state, is none. */
  about: string;
  message: string;
  /** How a person answers without this client. */
  elsewhere: string;
}

export type Asked = { elsewhere: string; by: string } & (
  | { answer: 'yes'; question?: undefined }
  | { answer: 'asked'; question: Question }
  | { answer: 'declined' | 'cancelled' | 'absent'; question?: undefined }
);

/** A model's words in it steer no terminal and make no lines of their own: a person decides by what stands there. */
function asShown(message: string): string {
  return escapeForTerminal(redactor.message(message));
}

/** Asks, or reads what a person said. Only a plain yes counts: declined, cancelled and absent leave everything as it was. */
export function askPerson(
  { canAsk, responses, question, by }: Asking,
  { about, message, elsewhere }: About,
): Asked {
  const name = about.replaceAll(/[^A-Za-z0-9_]/g, '_');
  const response = responses && Object.hasOwn(responses, name) ? responses[name] : undefined;
  if (response === undefined)
    return canAsk
      ? { answer: 'asked', question: question(name, asShown(message)), elsewhere, by }
      : { answer: 'absent', elsewhere, by };
  const { action, content } = response as { action?: unknown; content?: { approve?: unknown } };
  if (action === 'accept' && content?.approve === true) return { answer: 'yes', elsewhere, by };
  return { answer: action === 'cancel' ? 'cancelled' : 'declined', elsewhere, by };
}
