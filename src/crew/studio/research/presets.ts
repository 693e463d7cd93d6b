/**
 * How Perplexity calls its ways to search: the five of today (symfony.com/doc/current/ai/components/platform/perplexity.html), and those of before, which it still takes (github.com/sweatco/archie-hq/pull/325, of
 * 3 September 2026; docs.perplexity.ai/docs/agent-api/presets). Stored copies, read on 29 November 2026.
 */
const known = new Set([
  'fast',
  'low',
  'medium',
  'high',
  'xhigh',
  'fast-search',
  'pro-search',
  'deep-research',
  'advanced-deep-research',
]);

const short: ReadonlyMap<string, string> = new Map([
  ['pro', 'pro-search'],
  ['deep', 'deep-research'],
]);

/** Perplexity's name of a way to search; what is not known here is its own word, and goes to it as it is. */
export function presetOf(name: string): string {
  return short.get(name) ?? name;
}

export function isKnownPreset(name: string): boolean {
  return known.has(presetOf(name));
}
