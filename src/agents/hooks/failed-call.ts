import { deliveryOf } from '../../../machines/index.js';
import { objectsOf } from './stated-cost.js';

const unsent =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)\b|getaddrinfo|unknown tool|tool not found|server not connected|invalid arguments/i;
/** What ElevenLabs and OpenAI answer in words when they have done nothing. */
const refusedWords =
  /"?(?:system_busy|too_many_concurrent_requests|quota_exceeded|insufficient_quota|invalid_api_key|voice_not_found|rate_limit_exceeded|missing_permissions)"?/i;
const statusInText = /\b(?:status(?: ?code)?|HTTP(?:\/[\d.]+)?)["']?\s{0,3}[:= ]\s{0,3}["']?(\d{3})\b/i;

/** What the text of a failed tool call proves: that nothing was paid (`free`), or nothing at all (`unknown`). */
export function provesFree(error: string): 'free' | 'unknown' {
  if (unsent.test(error) || refusedWords.test(error)) return 'free';
  const stated = Number(statusInText.exec(error)?.[1] ?? objectsOf(error).map(({ status }) => status)[0]);
  if (!Number.isInteger(stated)) return 'unknown';
  // A server's fault after it took the work says nothing of what it charges.
  return stated < 500 && deliveryOf({ status: stated }) === 'refused' ? 'free' : 'unknown';
}
