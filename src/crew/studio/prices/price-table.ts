import * as z from 'zod';
import type { Price, UnitPrices } from '../types.js';

const dollars = z.number().nonnegative().max(1_000_000);
const unitPrice = z.union([
  dollars,
  z.strictObject({
    base: dollars,
    tiers: z.array(z.strictObject({ start: z.int().nonnegative(), price: dollars })),
  }),
]);

/** What a model's units cost, in dollars: under the names of `@pydantic/genai-prices`. */
const units = {
  input_mtok: unitPrice.optional(),
  cache_read_mtok: unitPrice.optional(),
  cache_write_mtok: unitPrice.optional(),
  cache_write_1h_mtok: unitPrice.optional(),
  input_audio_mtok: unitPrice.optional(),
  output_mtok: unitPrice.optional(),
  output_reasoning_mtok: unitPrice.optional(),
  output_audio_mtok: unitPrice.optional(),
  requests_kcount: dollars.optional(),
  web_searches_kcount: dollars.optional(),
  input_mchars: dollars.optional(),
  output_audio_hours: dollars.optional(),
} as const;

/** The prices that a public table gives for a model; units that we do not know of are left out. */
export const KnownUnits = z.object(units);

const Entry = z
  .strictObject({
    ...units,
    /** What is put on top of everything, such as a broker's fee: 1.055. */
    multiplier: z.number().min(1).max(100).default(1),
    /** What a service tier costs in place of the full price. */
    service_tiers: z.record(z.string().min(1).max(64), z.number().positive().max(100)).default({}),
  })
  .refine((entry) => Object.keys(units).some((unit) => entry[unit as keyof typeof units] !== undefined), {
    error: 'names no price; a model that is free says so with 0',
  });

/** A user's own prices: by model (`openai:gpt-5.2`), or for all of a provider's (`ollama:*`). */
export const PriceTable = z.strictObject({
  $schema: z.string().optional(),
  /** Kept with each charge, e.g. the date on which the prices were read. */
  version: z.string().min(1).max(100),
  prices: z.record(z.string().min(3).max(300), Entry),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** The price of a model by a user's own table; undefined where it has none. */
export function ownPrice(table: PriceTable, provider: string, model: string): Price | undefined {
  const name = [`${provider}:${model}`, `${provider}:*`].find((each) => Object.hasOwn(table.prices, each));
  const entry = name === undefined ? undefined : table.prices[name];
  if (!entry) return undefined;
  const { multiplier, service_tiers: tiers, ...prices } = entry;
  return { units: prices satisfies UnitPrices, multiplier, tiers, table: `own ${table.version}` };
}
