/** What a failed call can have done at the provider: nothing (`unsent`), an answer that refused it (`refused`), an answer (`answered`), or nobody knows. */
export type Delivery = 'unsent' | 'refused' | 'answered' | 'unknown';

type Fields = Record<string, unknown>;

const mostDepth = 5;
const mostErrors = 20;

/** Errors that one error stands for: `AggregateError` and the AI SDK's `RetryError` have a list, the others a cause. */
export function errorsBelow(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { errors, lastError, cause } = error as Fields;
  const listed = Array.isArray(errors) ? errors.slice(-mostErrors) : [];
  const last = lastError ?? listed.at(-1);
  // The last try says what it is; the earlier ones still count for whether something was sent.
  const all = [...(last === undefined ? [] : [last]), ...listed.filter((each) => each !== last)];
  return cause === undefined || all.includes(cause) ? all : [...all, cause];
}

/** The first answer that `look` has for an error or for one of those below it. */
export function findInError<Found>(
  error: unknown,
  look: (fields: Fields) => Found | undefined,
  depth = mostDepth,
): Found | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const found = look(error as Fields);
  if (found !== undefined || depth === 0) return found;
  for (const below of errorsBelow(error)) {
    const deeper = findInError(below, look, depth - 1);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** The HTTP status that an error carries: `status`, `statusCode`, or that of its response. */
export function statusOfError({ status, statusCode, response }: Fields): number | undefined {
  const own = status ?? statusCode ?? (response as Fields | null | undefined)?.['status'];
  return typeof own === 'number' ? own : undefined;
}

const unsentCodes =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|ERR_INVALID_URL|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET|VERIFY|DECODE)_\w+|ERR_TLS_CERT_ALTNAME_INVALID|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SSL_(?:WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|\w*HANDSHAKE\w*|\w*ALERT_PROTOCOL_VERSION))$/;
const lostCodes =
  /^(?:ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ESOCKETTIMEDOUT|EPROTO|UND_ERR_\w+|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_\w+|ERR_SSL_\w+|HPE_\w+|ABORT_ERR)$/;
const beforeSecure =
  /before secure TLS connection was established|wrong version number|handshake failure|alert protocol version/i;
const lostWords =
  /^(?:terminated|fetch failed)$|other side closed|socket hang up|connection (?:was )?(?:reset|closed|aborted|lost|dropped)|premature close|network error|cannot connect to api/i;

/** Whether what failed can have reached the provider; undefined when the error itself says nothing of it, nor those below it. */
export function deliveryOf(error: unknown, depth = mostDepth): Delivery | undefined {
  if (typeof error === 'string') return lostWords.test(error) ? 'unknown' : undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  const fields = error as Fields;
  const own = deliveryOfStatus(statusOfError(fields)) ?? deliveryOfCode(fields);
  const below = depth === 0 ? [] : errorsBelow(error).flatMap((each) => deliveryOf(each, depth - 1) ?? []);
  // Of several tries, the one of which nobody knows decides; a list of errors is those tries.
  const tries = Array.isArray(fields['errors']) ? [...(own ? [own] : []), ...below] : own ? [own] : below;
  const worst = gravest.find((each) => tries.includes(each));
  if (worst) return worst;
  const { name, message } = fields;
  if (name === 'AbortError' || name === 'TimeoutError') return 'unknown';
  return typeof message === 'string' && lostWords.test(message) ? 'unknown' : undefined;
}

const gravest: readonly Delivery[] = ['unknown', 'answered', 'refused', 'unsent'];

/**
 * For somebody who waited too long, or for a call that is still going on: they say nothing about the work. 520 and 524 are Cloudflare's for a server behind it that had the request and gave no
 * whole answer (http.dev/524, www.httpstatushub.com/learn/cdn-errors, stored copies, read on 30 November 2026), 598 and 599 some proxies'.
 */
const sayNothing = new Set([408, 409, 504, 520, 524, 598, 599]);

function deliveryOfStatus(status: number | undefined): Delivery | undefined {
  if (status === undefined || status < 100 || status > 599) return undefined;
  if (sayNothing.has(status)) return 'unknown';
  return status >= 400 ? 'refused' : 'answered';
}

function deliveryOfCode({ code, syscall, message }: Fields): Delivery | undefined {
  if (typeof code !== 'string') return undefined;
  if (unsentCodes.test(code)) return 'unsent';
  if (!lostCodes.test(code)) return undefined;
  const isConnecting = syscall === 'connect' || (typeof message === 'string' && beforeSecure.test(message));
  return isConnecting ? 'unsent' : 'unknown';
}

/** How long the provider asks to be left alone, in milliseconds from `nowMs`: `retryAfterMs`, or its headers `retry-after-ms` and `retry-after`. */
export function retryAfterOf(error: unknown, nowMs: number): number | undefined {
  return findInError(error, (fields) => {
    const { retryAfterMs, retryAfter, headers, responseHeaders, response } = fields;
    const carried = [headers, responseHeaders, (response as Fields | null | undefined)?.['headers']];
    return (
      wholeMs(retryAfterMs) ??
      firstOf(carried, (each) => wholeMs(header(each, 'retry-after-ms'))) ??
      firstOf(carried, (each) => secondsOrDate(header(each, 'retry-after'), nowMs)) ??
      secondsOrDate(retryAfter, nowMs)
    );
  });
}

function firstOf<Found>(all: unknown[], look: (each: unknown) => Found | undefined): Found | undefined {
  for (const each of all) {
    const found = look(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A header of a `Headers`, a Map or an object, whatever its case. */
function header(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const hasEntries = typeof (headers as { entries?: unknown }).entries === 'function';
  const pairs = hasEntries ? [...(headers as Map<unknown, unknown>).entries()] : Object.entries(headers);
  const value = pairs.find(([key]) => String(key).toLowerCase() === name)?.[1];
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}

function wholeMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof ms === 'number' && Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}

function secondsOrDate(value: unknown, nowMs: number): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds * 1000));
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
