import { withoutKey } from './without-key.js';
import { wordsOf } from './words-of.js';

/** Shorter ones are words such as `none`, which servers on one's own machine take for a key. */
const shortestKey = 8;

/**
 * A `fetch` with one provider's key: what comes back does not say it, whatever the provider repeats, and no redirect takes it to anybody else. For answers that are texts: they are read
 * whole.
 */
export function keyedFetch(key: string | undefined): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    if (key === undefined || key.length < shortestKey) return response;
    const text = await (response.ok ? response.text() : wordsOf(response));
    const clean = response.ok ? text.replaceAll(key, '[key]') : withoutKey(text, key);
    const headers = headersWithout(response.headers, key);
    return new Response(clean === '' ? null : clean, { status: response.status, headers });
  };
}

/** What was said of the bytes no longer holds. */
function headersWithout(headers: Headers, key: string): Headers {
  const clean = new Headers();
  for (const [name, value] of headers)
    if (!/^content-(?:encoding|length)$/u.test(name)) clean.set(name, withoutKey(value, key));
  return clean;
}
