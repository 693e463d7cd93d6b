import { bodyOf, within } from '../../../disk/index.js';
import { failed, type Finding } from './finding.js';

/** An answer to a question that costs nothing. */
export interface Looked {
  /** 0 where nobody answered. */
  status: number;
  json: unknown;
}

/** Who is asked, with which key. */
export interface Account {
  provider: string;
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** Where a key is had. */
  keysAt: string | undefined;
  signal: AbortSignal;
}

const longestMs = 15_000;
/** A list of some thousand models or voices. */
const mostBytes = 32 * 1024 * 1024;

/** One GET. What a provider says in words is not passed on: it may repeat the key. */
export async function look({ baseUrl, headers, signal }: Account, path: string): Promise<Looked> {
  try {
    return await within(
      longestMs,
      async (wanted) => {
        const response = await fetch(`${baseUrl.replace(/\/$/u, '')}${path}`, {
          headers,
          redirect: 'error',
          signal: wanted,
        });
        const body = await bodyOf(response, mostBytes);
        return { status: response.status, json: decoded(body) };
      },
      signal,
    );
  } catch {
    signal.throwIfAborted();
    return { status: 0, json: null };
  }
}

function decoded(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** What an answer means that says nothing of what was asked for; undefined where it does say it. */
export function refusalIn(
  { status }: Looked,
  { provider, baseUrl, keysAt }: Account,
  said: Pick<Finding, 'check' | 'subject'>,
): Finding | undefined {
  if (status === 401 || status === 403)
    return failed(
      { ...said, what: `${provider} refuses the key (${String(status)})` },
      `Put a key that is valid into the environment${keysAt === undefined ? '' : `; you get one at ${keysAt}`}`,
    );
  if (status === 0)
    return failed(
      { ...said, what: `nobody answers at ${baseUrl}` },
      'Look whether this machine reaches it, or whether its address in your crew.json is right; then try again',
    );
  if (status === 429 || status >= 500)
    return failed(
      { ...said, what: `${provider} does not answer now (${String(status)})` },
      'Try again in some minutes',
    );
  return undefined;
}
