import { calcPrice } from '@pydantic/genai-prices';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilToMicro } from '../../../src/index.js';
import { costOfUsage, mostCost } from '../../../src/crew/studio/prices/cost.js';
import { findPrice, isPublicPrice } from '../../../src/crew/studio/prices/find-price.js';
import { PriceTable } from '../../../src/crew/studio/prices/price-table.js';
import type { Price, Usage } from '../../../src/crew/studio/types.js';

const at = '2026-11-29T00:00:00.000Z';
const sonnet = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
const gpt = { provider: 'openai', model: 'gpt-5.2' };

const plain: Price = {
  units: {
    input_mtok: 2,
    cache_write_mtok: 2.5,
    cache_write_1h_mtok: 4,
    cache_read_mtok: 0.2,
    output_mtok: 10,
  },
  multiplier: 1,
  tiers: { flex: 0.5 },
  table: 'own test',
};

describe('what a model costs', () => {
  test('given a model in the public table, then its price is found by provider and name, and the table and its version are told', async () => {
    expect(await findPrice(gpt, { at })).toMatchObject({
      units: { input_mtok: 1.75, output_mtok: 14, web_searches_kcount: 10 },
      tiers: { flex: 0.5 },
      table: '@pydantic/genai-prices 0.1.8',
    });
  });

  test('given a user’s own table, then it goes before the public one, for one model and for all of a provider', async () => {
    const own = PriceTable.parse({
      version: '2026-11-01',
      prices: {
        'openai:gpt-5.2': { input_mtok: 1, output_mtok: 2, multiplier: 1.055 },
        'ollama:*': { input_mtok: 0, output_mtok: 0 },
      },
    });
    expect(await findPrice(gpt, { own, at })).toMatchObject({
      units: { input_mtok: 1 },
      multiplier: 1.055,
      table: 'own 2026-11-01',
    });
    const free = await findPrice({ provider: 'ollama', model: 'qwen3:8b' }, { own, at });
    expect(mostCost({ requestBytes: 10_000, outputTokens: 5000 }, free)).toBe(0);
    expect(await findPrice(sonnet, { own, at })).toMatchObject({ table: '@pydantic/genai-prices 0.1.8' });
  });

  test.each([
    ['ollama:qwen3', 'text' as const],
    ['openai:tts-1', 'speech' as const],
    ['elevenlabs:eleven_v3', 'speech' as const],
    ['openai:sonar-pro', 'text' as const],
    // The table would know it by its name alone, as another provider's.
    ['mine:gpt-5.2', 'text' as const],
  ])(
    'given %s, of which no table knows the price, then it is refused with what to write, never taken for free',
    async (name, sold) => {
      const [provider = '', model = ''] = name.split(':');
      await expect(findPrice({ provider, model }, { at, sold })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'prices',
        message: expect.stringContaining(`"${name}"`) as string,
      });
    },
  );

  test('given a price of nothing in the public table, then it is no price', async () => {
    await expect(
      findPrice({ provider: 'openrouter', model: 'x-ai/grok-4-fast:free' }, { at }),
    ).rejects.toMatchObject({ field: 'prices' });
    expect(isPublicPrice({ input_mtok: 0, output_mtok: 0 }, 'text')).toBe(false);
    expect(isPublicPrice({ input_mtok: 0, output_mtok: 0.1 }, 'text')).toBe(true);
  });

  test.each([
    [{}, /names no price/],
    [{ input_mtok: -1 }, /too small|>=0/i],
    [{ input_mtok: 1, outputs: 2 }, /unrecognized/i],
    [{ input_mtok: 1, multiplier: 0.5 }, /too small|>=1/i],
  ])('given %j as an entry of a table, then it is refused', (entry, words) => {
    expect(() => PriceTable.parse({ version: '1', prices: { 'a:b': entry } })).toThrow(words);
  });
});

describe('what a call has cost', () => {
  test('given any usage, then it is what the public calculator says, rounded up once', async () => {
    const price = await findPrice(sonnet, { at });
    const tokens = fc.integer({ min: 0, max: 150_000 });
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, tokens, (plainTokens, read, write, write1h, output) => {
        const input = plainTokens + read + write + write1h;
        const usage: Usage = {
          inputTokens: input,
          cacheReadTokens: read,
          cacheWriteTokens: write + write1h,
          cacheWrite1hTokens: write1h,
          outputTokens: output,
        };
        const theirs = calcPrice(
          {
            input_tokens: input,
            cache_read_tokens: read,
            cache_write_tokens: write + write1h,
            cache_write_1h_tokens: write1h,
            output_tokens: output,
          },
          sonnet.model,
          { providerId: 'anthropic', timestamp: new Date(at) },
        );
        expect(costOfUsage(usage, price)).toBe(ceilToMicro(theirs?.total_price.toFixed(12)));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['cached tokens above input', { inputTokens: 10, cacheReadTokens: 100, outputTokens: 1 }],
    ['so many tokens that nobody could pay them', { inputTokens: 10, outputTokens: 9e15 }],
    ['reasoning above output', { inputTokens: 10, outputTokens: 1, reasoningTokens: 2 }],
    ['searches without a price', { inputTokens: 10, outputTokens: 1, webSearches: 1 }],
    ['audio without a price', { inputTokens: 10, outputTokens: 5, outputAudioTokens: 5 }],
    ['characters without a price', { inputTokens: 0, outputTokens: 0, characters: 5 }],
    ['no whole number', { inputTokens: Number.NaN, outputTokens: 1 }],
  ])('given %s, then nobody knows the cost', (_, usage) => {
    expect(costOfUsage(usage, plain)).toBeUndefined();
  });

  test('given one-hour cache writes, then they are not priced as five-minute ones', () => {
    const usage = { inputTokens: 1000, cacheWriteTokens: 1000, outputTokens: 0 };
    expect(costOfUsage(usage, plain)).toBe(2500);
    expect(costOfUsage({ ...usage, cacheWrite1hTokens: 1000 }, plain)).toBe(4000);
  });

  test('given a service tier, then flex is cheaper, and one without a price leaves the cost unknown', () => {
    const usage = { inputTokens: 1000, outputTokens: 100 };
    expect(costOfUsage(usage, plain, 'flex')).toBe(1500);
    expect(costOfUsage(usage, plain, 'default')).toBe(3000);
    expect(costOfUsage(usage, plain, 'priority')).toBeUndefined();
  });

  test('given prices as floats, then a cost is rounded up to the micro-dollar once', () => {
    const cheap: Price = { ...plain, units: { input_mtok: 0.1, output_mtok: 0.2 }, multiplier: 1 };
    expect(costOfUsage({ inputTokens: 1, outputTokens: 1 }, cheap)).toBe(1);
    expect(costOfUsage({ inputTokens: 10, outputTokens: 10 }, cheap)).toBe(3);
    expect(costOfUsage({ inputTokens: 11, outputTokens: 10 }, cheap)).toBe(4);
  });

  test('given speech, then characters and hours are priced as they are sold', () => {
    const speech = (units: Price['units']): Price => ({ ...plain, units });
    const usage = { inputTokens: 0, outputTokens: 0, characters: 4096, audioMs: 60_000 };
    expect(costOfUsage(usage, speech({ input_mchars: 15 }))).toBe(61_440);
    expect(costOfUsage(usage, speech({ output_audio_hours: 0.9 }))).toBe(15_000);
  });
});

test('given any call, then what it may cost at the most is never below what it did cost', async () => {
  const prices = [plain, await findPrice(sonnet, { at }), await findPrice(gpt, { at })];
  const count = fc.integer({ min: 0, max: 300_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(...prices),
      fc.record({ bytes: count, most: count, searches: fc.integer({ min: 0, max: 5 }) }),
      fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat()),
      (price, { bytes, most, searches }, [input, read, write, hour, output]) => {
        const inputTokens = input % (bytes + 1);
        const cacheReadTokens = read % (inputTokens + 1);
        const cacheWriteTokens = write % (inputTokens - cacheReadTokens + 1);
        const usage = {
          inputTokens,
          cacheReadTokens,
          cacheWriteTokens,
          cacheWrite1hTokens: hour % (cacheWriteTokens + 1),
          outputTokens: output % (most + 1),
          webSearches: searches,
        };
        const bound = mostCost({ requestBytes: bytes, outputTokens: most, webSearches: searches }, price);
        expect(costOfUsage(usage, price) ?? 0).toBeLessThanOrEqual(bound);
      },
    ),
    { numRuns: 500 },
  );
});
