import { ceilToMicro, type Usd } from '../../../../machines/index.js';
import { costOf } from '../../outcome.js';
import type { MostUsage, Price, UnitPrice, Usage } from '../types.js';

/** Input tokens that a provider adds of its own (tools, forms of answers), and that no request shows. */
const allowanceTokens = 2000;

/** Prices and factors are reckoned with as whole billionths, so that nothing is rounded before the end. */
const billion = 1_000_000_000n;

/** A part of a bill: so many units of a price for `per` of them. */
interface Part {
  count: number;
  price: UnitPrice | undefined;
  per: number;
}

const million = 1_000_000;
const thousand = 1000;
const hourMs = 3_600_000;

/**
 * What `usage` costs, rounded up to the micro-dollar once. Undefined where the usage contradicts itself, holds what has no price or comes to more than any call can cost: then nobody knows, and
 * nothing is never the answer. What is read from a cache without a price of its own costs as much as other input.
 */
export function costOfUsage(usage: Usage, price: Price, serviceTier?: string | null): Usd | undefined {
  const parts = partsOf(usage, price);
  const tier = tierFactor(serviceTier, price);
  if (!parts || tier === undefined) return undefined;
  return costOf(total(parts, usage.inputTokens, price.multiplier * tier));
}

const fullPrice = new Set(['auto', 'default', 'standard']);

/** Undefined for a tier that nobody has a price for: it may be dearer. */
function tierFactor(serviceTier: string | null | undefined, { tiers }: Price): number | undefined {
  if (serviceTier == null) return 1;
  if (Object.hasOwn(tiers, serviceTier)) return tiers[serviceTier];
  return fullPrice.has(serviceTier) ? 1 : undefined;
}

function partsOf(usage: Usage, { units }: Price): Part[] | undefined {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const { cacheWrite1hTokens = 0, inputAudioTokens = 0, reasoningTokens = 0, outputAudioTokens = 0 } = usage;
  const { webSearches = 0, characters = 0, audioMs = 0 } = usage;
  const plainInput = inputTokens - cacheReadTokens - cacheWriteTokens - inputAudioTokens;
  const written = cacheWriteTokens - cacheWrite1hTokens;
  const plainOutput = outputTokens - reasoningTokens - outputAudioTokens;
  const parts: Part[] = [
    { count: plainInput, price: units.input_mtok, per: million },
    { count: cacheReadTokens, price: units.cache_read_mtok ?? units.input_mtok, per: million },
    { count: written, price: units.cache_write_mtok, per: million },
    { count: cacheWrite1hTokens, price: units.cache_write_1h_mtok, per: million },
    { count: inputAudioTokens, price: units.input_audio_mtok, per: million },
    { count: plainOutput, price: units.output_mtok, per: million },
    { count: reasoningTokens, price: units.output_reasoning_mtok ?? units.output_mtok, per: million },
    { count: outputAudioTokens, price: units.output_audio_mtok, per: million },
    { count: webSearches, price: units.web_searches_kcount, per: thousand },
    // A provider may sell by the character or by the hour: what it has no price for is not what it sells.
    ...speechParts({ characters, audioMs }, units),
    { count: 1, price: units.requests_kcount ?? 0, per: thousand },
  ];
  const isKnown = parts.every(
    ({ count, price }) => Number.isSafeInteger(count) && count >= 0 && (count === 0 || price !== undefined),
  );
  return isKnown ? parts : undefined;
}

function speechParts(
  { characters, audioMs }: { characters: number; audioMs: number },
  { input_mchars, output_audio_hours }: Price['units'],
): Part[] {
  const isSold = input_mchars !== undefined || output_audio_hours !== undefined;
  if (!isSold) return [{ count: characters + audioMs, price: undefined, per: 1 }];
  return [
    { count: characters, price: input_mchars ?? 0, per: million },
    { count: audioMs, price: output_audio_hours ?? 0, per: hourMs },
  ];
}

/**
 * The most that a call can cost: a token for each byte of the request and an allowance, all of it at the dearest price of input; all output that may come at the
 * dearest of output; and every fee.
 */
export function mostCost(most: MostUsage, { units, multiplier, tiers }: Price): Usd {
  const { requestBytes = 0, moreInputTokens = 0, outputTokens = 0, webSearches = 0 } = most;
  const { characters = 0, audioMs = 0 } = most;
  const hasText = requestBytes > 0 || moreInputTokens > 0;
  const inputTokens = hasText ? requestBytes + moreInputTokens + allowanceTokens : 0;
  const { input_mtok, cache_read_mtok, cache_write_mtok, cache_write_1h_mtok, input_audio_mtok } = units;
  const ofInput = [input_mtok, cache_read_mtok, cache_write_mtok, cache_write_1h_mtok, input_audio_mtok];
  const ofOutput = [units.output_mtok, units.output_reasoning_mtok, units.output_audio_mtok];
  const parts: Part[] = [
    { count: inputTokens, price: dearest(ofInput, inputTokens), per: million },
    { count: outputTokens, price: dearest(ofOutput, inputTokens), per: million },
    { count: webSearches, price: units.web_searches_kcount ?? 0, per: thousand },
    { count: characters, price: units.input_mchars ?? 0, per: million },
    { count: audioMs, price: units.output_audio_hours ?? 0, per: hourMs },
    { count: 1, price: units.requests_kcount ?? 0, per: thousand },
  ];
  return ceilToMicro(total(parts, inputTokens, multiplier * Math.max(1, ...Object.values(tiers))), 'maxCost');
}

/** The most that any of the prices comes to, for requests of up to so many input tokens. */
function dearest(prices: readonly (UnitPrice | undefined)[], inputTokens: number): number {
  const all = prices.flatMap((price) => {
    if (price === undefined || typeof price === 'number') return price ?? [];
    return [price.base, ...price.tiers.flatMap(({ start, price }) => (inputTokens > start ? price : []))];
  });
  return Math.max(0, ...all);
}

/** A tier's price holds for the whole request. */
function at(price: UnitPrice | undefined, inputTokens: number): number {
  if (price === undefined || typeof price === 'number') return price ?? 0;
  const reached = price.tiers
    .filter(({ start }) => inputTokens > start)
    .sort((a, b) => a.start - b.start)
    .at(-1);
  return reached?.price ?? price.base;
}

/** Decimal dollars. */
function total(parts: readonly Part[], inputTokens: number, factor: number): string {
  // Every part for a common number of units (an hour of milliseconds divides by no power of ten).
  const common = BigInt(hourMs) * BigInt(million);
  let sum = 0n;
  for (const { count, price, per } of parts)
    sum += BigInt(count) * billionths(at(price, inputTokens)) * (common / BigInt(per));
  // Exact but for what lies below 10⁻²⁷ of a dollar.
  const decimals = 27;
  const scaled = sum * billionths(factor) * 10n ** BigInt(decimals);
  const digits = ceilDivide(scaled, common * billion * billion).toString();
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

function billionths(amount: number): bigint {
  return BigInt(Math.round(amount * Number(billion)));
}

function ceilDivide(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
