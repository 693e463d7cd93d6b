import { ProductionError } from '../../../../machines/index.js';
import type { MostUsage } from '../types.js';
import type { CallParams } from './model-shapes.js';

/** What the user says of calls that their request does not show. */
export interface Limits {
  /** For calls that set no `maxOutputTokens` of their own. */
  maxOutputTokens?: number | undefined;
  /** Input that a provider's own tools put into the model: the pages that a search found. */
  moreInputTokens?: number | undefined;
  /** Searches that a provider may make in one call. */
  maxWebSearches?: number | undefined;
}

/**
 * What a call can use at the most.
 * @throws ProductionError `invalid_input` where nothing bounds it: the call is not made.
 */
export function mostUsageOf(params: CallParams, limits: Limits): MostUsage {
  const outputTokens = params.maxOutputTokens ?? limits.maxOutputTokens;
  if (outputTokens === undefined) throw unbounded('maxOutputTokens', 'how long the answer may be');
  const { moreInputTokens, maxWebSearches: webSearches } = limits;
  const isAdding = hasProviderTools(params) || hasLinkedFiles(params);
  if (isAdding && moreInputTokens === undefined)
    throw unbounded('moreInputTokens', 'how much a tool of the provider, or a file at an address, puts in');
  if (hasProviderTools(params) && webSearches === undefined)
    throw unbounded('maxWebSearches', 'how often the provider may search');
  return {
    requestBytes: Buffer.byteLength(requestText(params)),
    moreInputTokens,
    outputTokens: outputTokens + thinkingTokens(params),
    webSearches,
  };
}

/** Everything of a call that says what is asked, always in the same order: what is the same call is the same text. */
export function requestText({ abortSignal: _signal, headers: _headers, ...asked }: CallParams): string {
  return JSON.stringify(asked, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Anthropic's are beside what `maxOutputTokens` says: its provider adds them (@ai-sdk/anthropic 3.0.140). */
function thinkingTokens({ providerOptions }: CallParams): number {
  const { thinking } = providerOptions?.['anthropic'] ?? {};
  const { budgetTokens } = (thinking ?? {}) as { budgetTokens?: unknown };
  return typeof budgetTokens === 'number' ? budgetTokens : 0;
}

function hasProviderTools({ tools = [] }: CallParams): boolean {
  return tools.some(({ type }) => type === 'provider' || type === 'provider-defined');
}

function hasLinkedFiles({ prompt }: CallParams): boolean {
  return prompt.some(
    ({ content }) =>
      Array.isArray(content) && content.some((part: { data?: unknown }) => part.data instanceof URL),
  );
}

function unbounded(field: string, what: string): ProductionError {
  return new ProductionError(
    'invalid_input',
    `${field}: nobody says ${what}, so that nobody knows what the call can cost at the most; nothing was called. Pass { ${field} } to metered().`,
    { field },
  );
}
