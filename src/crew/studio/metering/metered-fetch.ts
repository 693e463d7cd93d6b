import { createHash } from 'node:crypto';
import { ProductionError } from '../../../../machines/index.js';
import { UnusableAnswer } from '../unusable-answer.js';
import { withoutKey } from '../without-key.js';
import { wordsOf } from '../words-of.js';
import type { Dollars, OperationCall, OperationOutcome, Reconcile, RunOperation } from '../../port.js';

/** An answer as it is kept with its operation: whatever its bytes are, as base64. */
export interface KeptResponse {
  status: number;
  contentType: string | null;
  body: string;
}

/** What an answer's price is read from. */
export interface PricedResponse {
  headers: Headers;
  bytes: Uint8Array;
  /** The body as JSON. */
  json(): unknown;
}

/** What metered requests are paid through. */
export interface FetchMeterOptions {
  /** A phase's `context.operation`. */
  operation: RunOperation;
  /** The most that a request can cost, in dollars: an amount, or a function of the request. */
  maxCost: Dollars | ((request: { url: string; method: string; body: string }) => Dollars);
  /** What an answer has cost, in dollars; undefined where it does not say: then the whole reservation counts, estimated. */
  cost(response: PricedResponse): Dollars | undefined;
  /** What the requests are called in the ledger. Default `http_call`. */
  name?: string | undefined;
  /** What tells one request from another within the episode; default its address, method and body. */
  key?: ((request: { url: string; method: string; body: string }) => string) | undefined;
  /** A header in which the engine's idempotency key is sent, for providers that have one: `idempotency-key`. A lost call is made again by it where `reconcile` is `'retry'`. */
  idempotencyHeader?: string | undefined;
  acrossRevisions?: boolean | undefined;
  reconcile?: Reconcile<KeptResponse> | undefined;
}

/**
 * A `fetch` whose requests are paid through the engine, for whatever speaks HTTP. A request is one operation of the episode, reserved before it is sent and settled by the price
 * function; what was answered is given again after a crash. Bodies are texts; an answer that refuses (a status from 400) is thrown with its status, so that policy has its word on it. Redirects are not followed.
 */
export function meteredFetch(
  options: FetchMeterOptions,
): (input: string | URL, init?: RequestInit) => Promise<Response> {
  const { operation, name = 'http_call', acrossRevisions = false, reconcile } = options;
  return async (input, init = {}) => {
    const request = { url: String(input), method: init.method ?? 'GET', body: textOf(init.body) };
    const { maxCost } = options;
    const most = typeof maxCost === 'function' ? maxCost(request) : maxCost;
    const key = options.key?.(request) ?? `${name}-${hashOf(JSON.stringify(request))}`;
    // An address may hold a key: what stands behind its path is not kept.
    const shown = { url: request.url.split(/[?#]/u)[0], method: request.method, body: request.body };
    const kept = await operation<KeptResponse>(
      name,
      { key, maxCost: most, priceMayChange: true, acrossRevisions, reconcile, input: JSON.stringify(shown) },
      (call) => send(request, init, options, call),
    );
    const headers: Record<string, string> =
      kept.contentType === null ? {} : { 'content-type': kept.contentType };
    return new Response(Buffer.from(kept.body, 'base64'), { status: kept.status, headers });
  };
}

async function send(
  { url }: { url: string },
  init: RequestInit,
  { cost, idempotencyHeader }: FetchMeterOptions,
  { signal, idempotencyKey }: OperationCall,
): Promise<OperationOutcome<KeptResponse>> {
  const headers = new Headers(init.headers);
  if (idempotencyHeader !== undefined) headers.set(idempotencyHeader, idempotencyKey);
  const both = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
  // A key is sent to nobody whom the provider's answer names.
  const response = await fetch(url, { ...init, headers, signal: both, redirect: 'error' });
  if (!response.ok) {
    const said = withoutSecrets(await wordsOf(response), headers).slice(0, 300);
    throw Object.assign(new Error(`the provider says ${String(response.status)}: ${said}`), {
      status: response.status,
      headers: waitIn(response.headers),
    });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const kept = {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: Buffer.from(bytes).toString('base64'),
  };
  return { result: kept, cost: priceOf(cost, { headers: response.headers, bytes }, headers) };
}

/** When to come again, where that is a time. */
function waitIn(headers: Headers): Record<string, string> {
  const said = ['retry-after', 'retry-after-ms'].map((name) => [name, headers.get(name) ?? ''] as const);
  return Object.fromEntries(said.filter(([, value]) => /^[\w ,:.]{1,40}$/u.test(value)));
}

/** A provider may repeat the key that it was sent. */
function withoutSecrets(text: string, headers: Headers): string {
  return [...headers]
    .filter(([name]) => /auth|key|token|secret|cookie/u.test(name))
    .map(([, value]) => value.replace(/^(?:Bearer|Basic)\s+/iu, ''))
    .reduce(withoutKey, text);
}

/** A price function that fails says nothing: the answer came, and its whole reservation counts. @throws UnusableAnswer where it reads JSON, and the answer is none. */
function priceOf(
  cost: FetchMeterOptions['cost'],
  { headers, bytes }: Pick<PricedResponse, 'headers' | 'bytes'>,
  sent: Headers,
): Dollars | undefined {
  const read = { isJson: true };
  const json = (): unknown => {
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    } catch (error) {
      read.isJson = false;
      throw error;
    }
  };
  try {
    return cost({ headers, bytes, json });
  } catch {
    if (read.isJson) return undefined;
    const charge = { cost: undefined, basis: 'reservation', table: 'own' } as const;
    const said = withoutSecrets(new TextDecoder().decode(bytes), sent).slice(0, 80);
    throw new UnusableAnswer('invalid_output', `the answer is no JSON: ${JSON.stringify(said)}`, charge);
  }
}

function textOf(body: RequestInit['body']): string {
  if (body == null) return '';
  if (typeof body === 'string') return body;
  throw new ProductionError(
    'invalid_input',
    'body: is no text, so that nobody can tell one request from another; nothing was sent. Pass a string.',
    { field: 'body' },
  );
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
