import type { FailureCode } from '../../../../machines/index.js';

/** A provider's answer that it will not do it: nothing was billed. Its words, without our keys. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';
  readonly status: number;
  /** Where the status alone would say something else. */
  readonly code: FailureCode | undefined;
  /** The provider's own word for it. */
  readonly reason: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: string, { status, code, reason, retryAfter }: Refused) {
    super(message);
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.headers = retryAfter === null ? {} : { 'retry-after': retryAfter };
  }
}

interface Refused {
  status: number;
  code?: FailureCode | undefined;
  reason?: string | undefined;
  retryAfter: string | null;
}

/** An answer that broke off: it was given, and what became of it has to be looked up. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  /** The engine knows by it that the call may have been billed. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';
}

/** A text without a key, should the provider have repeated it, and no longer than a message may be. */
export function withoutKey(text: string, key: string): string {
  const shown = text.replaceAll(key, '[key]');
  // OpenAI repeats a key's beginning and end: "sk-proj-********abcd".
  return shown.replaceAll(/\b(?:sk|xi)[-_][\w*-]{8,}/gu, '[key]').slice(0, 500);
}
