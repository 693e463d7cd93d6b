import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isPublicAddress, privateAddress, publicLookup } from './public-address.js';

/** How a receiver answered: its status, and how long it asks to be left alone, in milliseconds; or why nothing came. */
export type PostAnswer = { status: number; retryAfterMs: number | undefined } | { failure: string };

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
  allowPrivate: boolean;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Sends a body once. Follows no redirection, reads nothing of the answer but its head, and never rejects. */
export function post({ url, headers, body, allowPrivate, timeoutMs, signal }: Post): Promise<PostAnswer> {
  return new Promise<PostAnswer>((resolve) => {
    // An address that is none, or one that Node does not connect to, throws here, and is told as any other failure.
    const to = new URL(url);
    const host = to.hostname.replace(/^\[|\]$/g, '');
    if (!allowPrivate && /^[\d.]+$|:/.test(host) && !isPublicAddress(host))
      return resolve({ failure: privateAddress(host, host).message });
    const send = to.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(to, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
      ...(allowPrivate ? {} : { lookup: publicLookup }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    sent.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      resolve({ status, retryAfterMs: waitOf(response.headers['retry-after']) });
      response.destroy();
    });
    // Node tells a change of protocol as no answer and no error (Node 20.20): nothing would end the delivery.
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ failure: `it answered ${response.statusCode ?? 101}: it wants another protocol` });
    });
    sent.on('close', () => resolve({ failure: 'the connection was closed without an answer' }));
    sent.on('error', ({ message }) => resolve({ failure: message }));
    sent.end(body);
  }).catch((error: unknown) => ({ failure: (error as Error).message }));
}

function waitOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
