import { findInError } from './provider-error.js';

/** Words by which fetch says nothing: its cause does. */
const bare = /^(?:fetch failed|terminated)$/;

const mostIssues = 5;

/** An error's words for people: with its cause where its own say nothing, and a list of what is wrong in the place of Zod's JSON. */
export function wordsOfError(error: Error): string {
  const { message, name } = error;
  const { issues } = error as { issues?: unknown };
  if (name === 'ZodError' && Array.isArray(issues) && issues.length > 0)
    return issues.slice(0, mostIssues).map(wordsOfIssue).join('; ');
  if (!bare.test(message)) return message || name;
  const cause = findInError(error, (fields) => (fields === (error as object) ? undefined : saidIn(fields)));
  return cause === undefined ? message : `${message}: ${cause}`;
}

function saidIn({ message, code }: Record<string, unknown>): string | undefined {
  return [message, code].find((each): each is string => typeof each === 'string' && each !== '');
}

function wordsOfIssue(issue: unknown): string {
  const { path, message } = issue as { path?: unknown; message?: unknown };
  const where = Array.isArray(path) ? path.map(String).join('.') : '';
  return where === '' ? String(message) : `${where}: ${String(message)}`;
}
