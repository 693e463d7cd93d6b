import type { OperationCall, OperationOutcome } from '../../../src/index.js';
import type { Announced } from './provider.js';
import type { Turn } from './script.js';

export type Answer = OperationOutcome<string>;

const large = 'x'.repeat(1_000_000);

/** One call of a key, as a crew makes it: what fails on the way fails for real, and is thrown as clients of that kind throw it. */
export async function ask(
  url: string,
  seed: number,
  key: string,
  { idempotencyKey, signal }: OperationCall,
): Promise<Answer> {
  const announced = await fetch(`${url}/announce/${seed}/${key}`, { method: 'POST' });
  const { turn, number, droppingPort } = (await announced.json()) as Announced;
  const at: Partial<Record<Turn['way'], string>> = {
    'refused-connection': 'http://127.0.0.1:2',
    'unknown-host': 'http://nowhere.invalid',
    'no-tls': url.replace('http:', 'https:'),
    'dropped-before-tls': `https://127.0.0.1:${droppingPort}`,
  };
  try {
    const response = await fetch(`${at[turn.way] ?? url}/ask/${seed}/${key}/${number}`, {
      method: 'POST',
      headers: { 'idempotency-key': idempotencyKey },
      body: turn.way === 'cut-while-sending' ? large : 'question',
      signal,
    });
    if (!response.ok) throw refusal(turn, response, (await response.json()) as object);
    const { cost } = (await response.json()) as { cost?: number };
    return { result: `answer to ${key}`, cost };
  } catch (error) {
    throw wrapped(turn, error);
  }
}

/** What the provider knows of a key's last call: its cost in dollars; undefined when it has never done it. */
export async function lookUp(url: string, seed: number, key: string): Promise<Answer | undefined> {
  const response = await fetch(`${url}/look/${seed}/${key}`);
  const { cost } = (await response.json()) as { cost: number | null };
  return cost === null ? undefined : { result: `answer to ${key}`, cost };
}

/** What clients throw for an answer with an error's status. */
function refusal({ client, headers: form }: Turn, response: Response, body: object): Error {
  const pairs = [...response.headers.entries()];
  const headers =
    form === 'map' ? new Map(pairs) : form === 'headers' ? response.headers : Object.fromEntries(pairs);
  const { status } = response;
  const message = `the provider says ${status}`;
  if (client === 'sdk' || client === 'tries')
    return Object.assign(new Error(message), {
      name: 'AI_APICallError',
      statusCode: status,
      responseHeaders: headers,
      responseBody: JSON.stringify(body),
      isRetryable: status >= 429,
      ...costIn(body),
    });
  if (client === 'response')
    return Object.assign(new Error(message), { response: { status, headers }, ...body });
  return Object.assign(new Error(message), { status, headers, ...body });
}

function costIn(body: object): object {
  return 'cost' in body ? { cost: body.cost } : {};
}

/** What is thrown in turn by those that stand around the client. */
function wrapped({ client }: Turn, error: unknown): unknown {
  if (client === 'tries')
    return Object.assign(new Error(`Failed after 1 attempts. Last error: ${String(error)}`), {
      name: 'AI_RetryError',
      reason: 'maxRetriesExceeded',
      errors: [error],
      lastError: error,
    });
  if (client === 'nested')
    return new Error('the research did not come about', { cause: new Error('step 3', { cause: error }) });
  // The AI SDK's words for a connection that went, before or after something was sent.
  if (client === 'sdk' && error instanceof TypeError)
    return Object.assign(new Error(`Cannot connect to API: ${error.message}`, { cause: error }), {
      name: 'AI_APICallError',
      isRetryable: true,
    });
  return error;
}
