import { wordsOfError } from './error-words.js';
import { ProductionError } from './errors.js';
import { errorsBelow, retryAfterOf, statusOfError } from './provider-error.js';

/** The closed set of reasons for which an episode fails. */
export const failureCodes = [
  'rate_limited',
  'quota_exceeded',
  'provider_refused',
  'provider_unavailable',
  'timeout',
  'content_filtered',
  'invalid_output',
  'quality_rejected',
  'artifact_invalid',
  'budget_exhausted',
  'daily_cap_reached',
  'worker_lost',
  'cancelled',
  'unknown',
] as const;
export type FailureCode = (typeof failureCodes)[number];

const codes: ReadonlySet<unknown> = new Set(failureCodes);

/** Whether a value is the code of a failure. */
function isFailureCode(value: unknown): value is FailureCode {
  return codes.has(value);
}

const retryable = new Set<FailureCode>([
  'rate_limited',
  'provider_unavailable',
  'timeout',
  'invalid_output',
  'worker_lost',
  'unknown',
]);

/** Whether work that failed so may succeed when it is simply tried again. */
export function isRetryable(code: FailureCode): boolean {
  return retryable.has(code);
}

const waitedFor = new Set<FailureCode>(['rate_limited', 'provider_unavailable', 'daily_cap_reached']);

/** Whether only time helps: a provider or a day is waited for, and going on uses up no recovery. */
export function isWaitedFor(code: FailureCode): boolean {
  return waitedFor.has(code);
}

const longestMessage = 2000;

/** Maps any thrown value to a failure code and a message. Looks at typed errors first, then HTTP statuses, system codes and names. */
export function classifyError(error: unknown): { code: FailureCode; message: string } {
  const code = codeOrUnknown(error);
  const advice = Object.hasOwn(advices, code) ? advices[code as keyof typeof advices] : '';
  const message = messageOf(error);
  return {
    code,
    message: advice === '' || message.endsWith(advice) ? message : cut(`${message}${advice}`, advice),
  };
}

/** What helps where trying again does not. */
const advices = {
  provider_refused:
    ' (the provider refused the request and billed nothing: check its key, the model and the request, then resume)',
} as const satisfies Partial<Record<FailureCode, string>>;

function cut(text: string, advice: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage - advice.length)}${advice}` : text;
}

function codeOrUnknown(error: unknown): FailureCode {
  try {
    return codeOf(error, mostCauses);
  } catch {
    return 'unknown';
  }
}

const mostCauses = 5;

// A provider's words end up on people's terminals, which must not obey them.
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const unprintable = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The message of any thrown value, well-formed, without control characters but newline and tab, and cut to a length that a journal line can carry. */
export function messageOf(error: unknown): string {
  const text = textOf(error).replace(unprintable, '');
  return (text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text).toWellFormed();
}

// Whatever can be thrown can also throw when it is asked what it is.
function textOf(error: unknown): string {
  try {
    if (error instanceof Error && typeof error.message === 'string') return wordsOfError(error);
    return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
  } catch {
    return 'an error that cannot be shown';
  }
}

/** An error that says nothing itself is what its cause is: `fetch failed` hides the refused connection. */
function codeOf(error: unknown, causes: number): FailureCode {
  if (typeof error === 'string') return codeOfText(error);
  if (typeof error !== 'object' || error === null) return 'unknown';
  const fields = error as Record<string, unknown>;
  const { code: own, name } = fields;
  if (error instanceof ProductionError && Object.hasOwn(refusals, error.code))
    return refusals[error.code as keyof typeof refusals];
  // What it was called for in vain is its cause.
  if (error instanceof ProductionError && error.code === 'attempts_exhausted' && causes > 0)
    return codeOf(fields['cause'], causes - 1);
  if (isFailureCode(own)) return own;
  // What it says itself goes before its cause, but for words that only wrap one ("Failed after 3 attempts").
  const code = codeOfAnswer(fields) ?? codeOfSystem(own) ?? codeOfName(fields, name);
  if (code) return code;
  const words = codeOfText(messageOf(error));
  const below = causes > 0 && (words === 'unknown' || isWrapper(fields)) ? errorsBelow(error) : [];
  for (const each of below) {
    const deeper = codeOf(each, causes - 1);
    if (deeper !== 'unknown') return deeper;
  }
  return words;
}

function isWrapper({ errors }: Record<string, unknown>): boolean {
  return Array.isArray(errors);
}

/** Error codes of Showrunner that are called otherwise as failures. */
const refusals = {
  interrupted: 'cancelled',
  vetoed: 'cancelled',
  phase_budget_exhausted: 'budget_exhausted',
} as const satisfies Record<string, FailureCode>;

function codeOfAnswer(fields: Record<string, unknown>): FailureCode | undefined {
  const code = codeOfStatus(statusOfError(fields));
  // A broker that has too much under way says so with the status of an empty account, and when to come again.
  if (code === 'quota_exceeded' && retryAfterOf(fields, 0) !== undefined) return 'rate_limited';
  // Providers call an empty account, or a limit that somebody has set, a rate limit or a bad request too.
  const isAboutMoney = code === 'rate_limited' || code === 'provider_refused';
  return isAboutMoney && saysQuota(fields) ? 'quota_exceeded' : code;
}

/**
 * OpenAI: 429 with `credit_balance_exhausted`, `organization_spend_limit_exceeded` and the like (developers.openai.com/api/docs/guides/error-codes). Anthropic: 429 with `enforced_spend_limit_reached`, which looks like a rate
 * limit, and 400 for limits of the user's own (platform.claude.com/docs/en/api/errors). Stored copies, read on 29 November 2026.
 */
const quotaWords =
  /insufficient.?(?:quota|funds|credit|balance)|billing.?(?:limit|error)|credit.?balance.?(?:exhausted|is too low)|(?:spend|usage).?limits?.?(?:exceeded|reached)|reached your (?:specified )?(?:api )?(?:spend|usage) limit/i;

function saysQuota({ code, type, error, data, responseBody, message }: Record<string, unknown>): boolean {
  const inner = (data as { error?: unknown } | null | undefined)?.error ?? error;
  const { code: innerCode, type: innerType, error: deeper } = (inner ?? {}) as Record<string, unknown>;
  const details = (deeper as { details?: unknown } | null | undefined)?.details;
  const { error_code: detail } = (details ?? {}) as Record<string, unknown>;
  return [code, type, innerCode, innerType, detail, responseBody, message].some(
    (each) => typeof each === 'string' && quotaWords.test(each),
  );
}

function codeOfStatus(status: number | undefined): FailureCode | undefined {
  if (status === undefined) return undefined;
  if (status === 429) return 'rate_limited';
  if (status === 402) return 'quota_exceeded';
  if (status === 408 || status === 504 || status === 524) return 'timeout';
  if (status === 409 || status === 425) return 'provider_unavailable';
  if (status >= 400 && status < 500) return 'provider_refused';
  return status >= 500 && status < 600 ? 'provider_unavailable' : undefined;
}

function codeOfSystem(code: unknown): FailureCode | undefined {
  if (typeof code !== 'string') return undefined;
  if (
    /^(?:ETIMEDOUT|ESOCKETTIMEDOUT|ERR_TLS_HANDSHAKE_TIMEOUT|UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT)$/.test(
      code,
    )
  )
    return 'timeout';
  return /^(?:ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EPIPE|EPROTO|UND_ERR_(?:SOCKET|ABORTED)|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+)$/.test(
    code,
  )
    ? 'provider_unavailable'
    : undefined;
}

function codeOfName({ finishReason }: Record<string, unknown>, name: unknown): FailureCode | undefined {
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError') return 'cancelled';
  if (name === 'AI_NoObjectGeneratedError')
    return finishReason === 'content-filter' ? 'content_filtered' : 'invalid_output';
  return name === 'ZodError' || name === 'SyntaxError' ? 'invalid_output' : undefined;
}

function codeOfText(text: string): FailureCode {
  if (/rate.?limit|too many requests/i.test(text)) return 'rate_limited';
  if (/quota|insufficient (?:funds|credit)/i.test(text)) return 'quota_exceeded';
  if (/timed? ?out|deadline/i.test(text)) return 'timeout';
  if (/content.?(?:filter|policy)|moderation/i.test(text)) return 'content_filtered';
  return /unavailable|overloaded|connection (?:refused|reset)|other side closed|socket hang up|^(?:terminated|fetch failed)(?:: |$)|cannot connect to api/i.test(
    text,
  )
    ? 'provider_unavailable'
    : 'unknown';
}
