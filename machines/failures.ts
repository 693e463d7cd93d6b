import * as z from 'zod';
import { ProductionError } from './errors.js';
import { PhaseName } from './phases.js';

/** The closed set of reasons for which an episode fails. */
export const FailureCode = z.enum([
  'rate_limited',
  'quota_exceeded',
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
]);
export type FailureCode = z.infer<typeof FailureCode>;

/** Why an episode is in `failed`. */
export const Failure = z.object({
  code: FailureCode,
  /** The phase it happened in; null when no phase was under way. */
  phase: PhaseName.nullable(),
  message: z.string(),
  /** Whether the same work may succeed when it is tried again as it is. */
  retryable: z.boolean(),
  /** Which attempt of the phase failed, from 1; 0 when it had not begun. */
  attempt: z.int().nonnegative(),
  at: z.string(),
});
export type Failure = z.infer<typeof Failure>;

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

const longestMessage = 2000;

/** Maps any thrown value to a failure code and a message. Looks at typed errors first, then HTTP statuses, system codes and names. */
export function classifyError(error: unknown): { code: FailureCode; message: string } {
  return { code: codeOrUnknown(error), message: messageOf(error) };
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
    if (error instanceof Error && typeof error.message === 'string') return error.message || error.name;
    return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
  } catch {
    return 'an error that cannot be shown';
  }
}

/** An error that says nothing itself is what its cause is: `fetch failed` hides the refused connection. */
function codeOf(error: unknown, causes: number): FailureCode {
  if (typeof error === 'string') return codeOfText(error);
  if (typeof error !== 'object' || error === null) return 'unknown';
  const {
    code: own,
    status,
    statusCode,
    name,
    cause,
  } = error as Record<'code' | 'status' | 'statusCode' | 'name' | 'cause', unknown>;
  if (error instanceof ProductionError && Object.hasOwn(refusals, error.code))
    return refusals[error.code as keyof typeof refusals];
  const named = FailureCode.safeParse(own);
  if (named.success) return named.data;
  const code =
    codeOfStatus(status ?? statusCode) ??
    codeOfSystem(own) ??
    codeOfName(name) ??
    codeOfText(messageOf(error));
  return code === 'unknown' && causes > 0 ? codeOf(cause, causes - 1) : code;
}

/** Error codes of Showrunner that are called otherwise as failures. */
const refusals = {
  interrupted: 'cancelled',
  vetoed: 'cancelled',
  phase_budget_exhausted: 'budget_exhausted',
} as const satisfies Record<string, FailureCode>;

function codeOfStatus(status: unknown): FailureCode | undefined {
  if (typeof status !== 'number') return undefined;
  if (status === 429) return 'rate_limited';
  if (status === 402) return 'quota_exceeded';
  if (status === 408 || status === 504) return 'timeout';
  return status >= 500 && status < 600 ? 'provider_unavailable' : undefined;
}

function codeOfSystem(code: unknown): FailureCode | undefined {
  if (typeof code !== 'string') return undefined;
  if (/^(?:ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT)$/.test(code)) return 'timeout';
  return /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)$/.test(code)
    ? 'provider_unavailable'
    : undefined;
}

function codeOfName(name: unknown): FailureCode | undefined {
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError') return 'cancelled';
  return name === 'ZodError' || name === 'SyntaxError' ? 'invalid_output' : undefined;
}

function codeOfText(text: string): FailureCode {
  if (/rate.?limit|too many requests/i.test(text)) return 'rate_limited';
  if (/quota|insufficient (?:funds|credit)/i.test(text)) return 'quota_exceeded';
  if (/timed? ?out|deadline/i.test(text)) return 'timeout';
  if (/content.?(?:filter|policy)|moderation/i.test(text)) return 'content_filtered';
  return /unavailable|overloaded|connection (?:refused|reset)/i.test(text)
    ? 'provider_unavailable'
    : 'unknown';
}
