import type { FailureCode } from '../../../../machines/index.js';
import { withoutKey } from '../without-key.js';
import { wordsOf } from '../words-of.js';
import { ProviderRefusal } from './provider-refusal.js';

/** ElevenLabs' addresses, with the key, and its refusals as errors. The key leaves this file in a header only. */
export class ElevenLabsApi {
  readonly #baseUrl: string;
  readonly #apiKey: string;

  constructor({
    baseUrl = 'https://api.elevenlabs.io',
    apiKey,
  }: {
    baseUrl?: string | undefined;
    apiKey: string;
  }) {
    this.#baseUrl = baseUrl.replace(/\/$/u, '');
    this.#apiKey = apiKey;
  }

  post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    return this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  get(path: string, signal: AbortSignal): Promise<Response> {
    return this.#send(path, { signal });
  }

  async json(path: string, signal: AbortSignal): Promise<unknown> {
    return (await this.get(path, signal)).json();
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), 'xi-api-key': this.#apiKey };
    // A key is sent to nobody whom the provider's answer names.
    const response = await fetch(`${this.#baseUrl}${path}`, { ...init, headers, redirect: 'error' });
    if (response.ok) return response;
    throw refusalOf(response, await wordsOf(response), this.#apiKey);
  }
}

/** What the provider calls its reasons, where the status says another thing. */
const codes = new Map<string, FailureCode>([
  ['quota_exceeded', 'quota_exceeded'],
  ['system_busy', 'provider_unavailable'],
]);

function refusalOf(response: Response, body: string, apiKey: string): ProviderRefusal {
  const { reason, message } = detailOf(body);
  const words = [reason, message].filter((each) => each !== undefined).join(': ');
  return new ProviderRefusal(
    withoutKey(`ElevenLabs refused with ${String(response.status)}${words ? `: ${words}` : ''}`, apiKey),
    {
      status: response.status,
      code: codes.get(reason ?? ''),
      reason,
      retryAfter: response.headers.get('retry-after'),
    },
  );
}

/** `{ detail: { status, message } }`, later `{ detail: { code, message } }`, or a list of what is wrong with the request. */
function detailOf(body: string): { reason?: string; message?: string } {
  let detail: unknown;
  try {
    ({ detail } = JSON.parse(body) as { detail?: unknown });
  } catch {
    return {};
  }
  if (typeof detail === 'string') return { message: detail };
  const { status, code, message, msg } = ((Array.isArray(detail) ? detail[0] : detail) ?? {}) as Record<
    string,
    unknown
  >;
  const said = [message, msg].find((each) => typeof each === 'string');
  const reason = [status, code].find((each) => typeof each === 'string');
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof said === 'string' ? { message: said } : {}),
  };
}
