import type { Usd } from '../../../machines/index.js';

/** A model by its provider's name and its own: `openai:gpt-5.2`. */
export interface ModelRef {
  provider: string;
  model: string;
}

/** What a call used, as far as its provider says. Whole numbers. */
export interface Usage {
  /** All of them: those read from a cache, written to one, and audio are among these. */
  inputTokens: number;
  cacheReadTokens?: number | undefined;
  /** All that were written to a cache, for five minutes and for an hour. */
  cacheWriteTokens?: number | undefined;
  /** Of those, the ones that are kept for an hour. */
  cacheWrite1hTokens?: number | undefined;
  inputAudioTokens?: number | undefined;
  /** Those of reasoning and of audio are among these. */
  outputTokens: number;
  reasoningTokens?: number | undefined;
  outputAudioTokens?: number | undefined;
  webSearches?: number | undefined;
  /** Of a text that was spoken. */
  characters?: number | undefined;
  /** Of speech that came back, in milliseconds. */
  audioMs?: number | undefined;
}

/** Dollars for a unit, or a base price and those that hold for a whole request above so many input tokens. */
export type UnitPrice = number | { base: number; tiers: { start: number; price: number }[] };

/** What a model's units cost, in dollars, under the names of `@pydantic/genai-prices`: `mtok` is a million tokens, `kcount` a thousand. */
export interface UnitPrices {
  input_mtok?: UnitPrice | undefined;
  cache_read_mtok?: UnitPrice | undefined;
  cache_write_mtok?: UnitPrice | undefined;
  cache_write_1h_mtok?: UnitPrice | undefined;
  input_audio_mtok?: UnitPrice | undefined;
  output_mtok?: UnitPrice | undefined;
  output_reasoning_mtok?: UnitPrice | undefined;
  output_audio_mtok?: UnitPrice | undefined;
  requests_kcount?: number | undefined;
  web_searches_kcount?: number | undefined;
  /** A million characters of text that is spoken. */
  input_mchars?: number | undefined;
  /** An hour of speech. */
  output_audio_hours?: number | undefined;
}

/** The price of one model, and where it was found. */
export interface Price {
  units: UnitPrices;
  /** What is put on top of everything, such as a broker's fee: 1.055. At least 1. */
  multiplier: number;
  /** What a service tier costs in place of the full price: `{ flex: 0.5, priority: 2 }`. */
  tiers: Readonly<Record<string, number>>;
  /** The table and its version, kept with each charge: `own 2026-11-01`, `@pydantic/genai-prices 0.1.8`. */
  table: string;
}

/** What a call has cost. */
export interface Charge {
  /** Undefined: nobody knows, and the whole reservation counts. */
  cost: Usd | undefined;
  /** Whether the provider said it, it was reckoned from what was used, or the whole reservation stands for it. */
  basis: 'stated' | 'usage' | 'reservation';
  /** The table that it was reckoned by. */
  table: string;
}

/** What a call can use at the most, from what is known before it is made. */
export interface MostUsage {
  /** Of the whole request, in UTF-8: a token is a byte at least. */
  requestBytes?: number | undefined;
  /** Input that the request does not show: what a provider's own search puts into the model. */
  moreInputTokens?: number | undefined;
  outputTokens?: number | undefined;
  webSearches?: number | undefined;
  characters?: number | undefined;
  audioMs?: number | undefined;
}
