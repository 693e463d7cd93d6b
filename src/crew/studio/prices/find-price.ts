import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProductionError } from '../../../../machines/index.js';
import { isNotInstalled } from '../../../disk/index.js';
import { nameOf } from '../model-ref.js';
import type { ModelRef, Price, UnitPrices } from '../types.js';
import { KnownUnits, ownPrice, type PriceTable } from './price-table.js';

const publicTable = '@pydantic/genai-prices';

/** Half of the full price, as batches are (developers.openai.com/api/docs/guides/flex-processing; dev.classmethod.jp/en/articles/openai-flex-processing of 28 August 2026; stored copies). A dearer tier needs the user's own table. */
const openaiTiers = { flex: 0.5 };

/** What is sold: text that a model reads and writes, or speech. */
export type Sold = 'text' | 'speech';

/**
 * The price of a model: by the user's own table, else by `@pydantic/genai-prices`, else it is refused, before anything is called. A public price of nothing is none: only the
 * user's own table can say that something is free.
 * @throws ProductionError `invalid_input`, with what to write into the table.
 */
export async function findPrice(ref: ModelRef, { own, at, sold = 'text' }: Tables): Promise<Price> {
  const mine = own && ownPrice(own, ref.provider, ref.model);
  if (mine) {
    if (isWhole(mine.units, sold)) return mine;
    throw unpriced(ref, sold, 'your own table has a price for it that is not whole');
  }
  const found = await publicPrice(ref, at);
  if (found === 'no table') throw unpriced(ref, sold, `${publicTable} is not installed`);
  if (found && isPublicPrice(found.units, sold)) return found;
  throw unpriced(ref, sold, `${publicTable} has none either`);
}

interface Tables {
  /** The user's own table. */
  own?: PriceTable | undefined;
  /** Prices change with time; ISO-8601 UTC. */
  at: string;
  sold?: Sold | undefined;
}

async function publicPrice(
  { provider, model }: ModelRef,
  at: string,
): Promise<Price | 'no table' | undefined> {
  const library = await import('@pydantic/genai-prices').catch((error: unknown) => {
    if (isNotInstalled(error, publicTable)) return undefined;
    throw error;
  });
  if (!library) return 'no table';
  // Without `providerId` a model of another provider with a like name would be taken.
  const found = library.calcPrice({}, model, { providerId: provider, timestamp: new Date(at) });
  if (!found) return undefined;
  const units = KnownUnits.parse(structuredClone(found.model_price));
  const tiers = provider === 'openai' ? openaiTiers : {};
  return { units, multiplier: 1, tiers, table: `${publicTable} ${installedVersion()}` };
}

/** The package keeps its `package.json` to itself: it is found beside what it exports. */
function installedVersion(): string {
  const require = createRequire(import.meta.url);
  const { version } = require(join(dirname(require.resolve(publicTable)), '../package.json')) as {
    version: string;
  };
  return version;
}

function isWhole(units: UnitPrices, sold: Sold): boolean {
  if (sold === 'speech') return units.input_mchars !== undefined || units.output_audio_hours !== undefined;
  return units.input_mtok !== undefined && units.output_mtok !== undefined;
}

/** What a public table says is a price only where it has both sides, and is not nothing: its free models may have ceased to be. */
export function isPublicPrice(units: UnitPrices, sold: Sold): boolean {
  return isWhole(units, sold) && !isFree(units);
}

function isFree({ input_mtok, output_mtok }: UnitPrices): boolean {
  return input_mtok === 0 && output_mtok === 0;
}

const needed = {
  text: '"input_mtok": 1.75, "output_mtok": 14',
  speech: '"input_mchars": 15',
} as const satisfies Record<Sold, string>;

function unpriced(ref: ModelRef, sold: Sold, why: string): ProductionError {
  const name = nameOf(ref);
  return new ProductionError(
    'invalid_input',
    `prices: nobody knows what ${name} costs (${why}); nothing was called. Write its price into your own table: { "version": "2026-11-29", "prices": { ${JSON.stringify(name)}: { ${needed[sold]} } } }, and pass it with --prices <file>; with 0 where it is free.`,
    { field: 'prices' },
  );
}
