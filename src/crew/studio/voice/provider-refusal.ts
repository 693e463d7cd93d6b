import type { FailureCode } from '../../../../machines/index.js';

/** As much of a provider's words as a message has room for. */
const mostCharacters = 500;

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
    super(message.slice(0, mostCharacters));
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
