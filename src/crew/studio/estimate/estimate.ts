import { addUsd, ceilToMicro, zeroUsd, type PhaseName, type Usd } from '../../../../machines/index.js';
import type { PastEpisode } from '../../port.js';
import { costOfUsage, mostCost } from '../prices/cost.js';
import { findPrice } from '../prices/find-price.js';
import { modelsOf, type StudioSettings } from '../settings.js';
import type { Price } from '../types.js';
import { byHistory, type Basis } from './history.js';
import { charactersFor, minutesFor, wordsPerMinute } from './lengths.js';

/** What something will cost, at least and at most, in micro-dollars. */
export interface Range {
  low: Usd;
  high: Usd;
}

/** What an episode will cost, by phase, and the tables that it was reckoned by. */
export interface Estimate {
  research: Range;
  script: Range;
  audio: Range;
  total: Range;
  /** What each phase was reckoned by: prices alone, or what so many earlier episodes by the same models did cost too. */
  basis: Record<PhaseName, Basis>;
  /** What calls under way reserve beyond what they will cost: without it the last of a phase would be refused. */
  headroom: Record<PhaseName, Usd>;
  tables: string[];
}

/** What is known beside prices. */
export interface Known {
  /** Earlier episodes of the same production. */
  past?: readonly PastEpisode[] | undefined;
  /** Of the script, where it is written: then nobody has to guess what a voice will cost. */
  characters?: number | undefined;
}

/** One call of a model: how often it is made, and what goes in and out. */
interface Step {
  by: 'script' | 'judge';
  calls: number;
  input: number;
  output: number;
}

const tokensPerWord = 1.4;
/** What the prompt and the form of the answer take. */
const promptTokens = 600;

/** Between a terse model with one segment for each five minutes, and one that thinks aloud and has two lines of five written anew. */
const assumed = {
  low: { segments: 5, wordsFound: 100, revised: 0, thought: 0, form: 1, repeated: 1 },
  high: { segments: 2, wordsFound: 250, revised: 0.4, thought: 1500, form: 1.8, repeated: 1.15 },
} as const;

/**
 * What an episode of so many minutes will cost, low and high: from prices, from how a script is made, and from what earlier ones did cost. Nothing is called.
 * @throws ProductionError `invalid_input` for a model whose price nobody knows.
 */
export async function estimate(
  settings: StudioSettings,
  minutes: number,
  at: string,
  { past = [], characters }: Known = {},
): Promise<Estimate> {
  const priced = {
    research: researchByPrices(settings),
    script: await scriptByPrices(settings, minutes, at),
    audio: await audioByPrices(settings, { minutes, characters, at }),
  };
  const known = byHistory(priced, past, { settings, minutes, isWritten: characters !== undefined });
  const { research, script, audio } = known.ranges;
  return {
    research,
    script,
    audio,
    total: {
      low: addUsd(addUsd(research.low, script.low), audio.low),
      high: addUsd(addUsd(research.high, script.high), audio.high),
    },
    basis: known.basis,
    headroom: {
      research: zeroUsd,
      script: priced.script.headroom,
      audio: priced.audio.headroom,
    },
    tables: [...new Set([...priced.script.tables, ...priced.audio.tables])],
  };
}

/** A range by prices alone. */
interface Priced extends Range {
  headroom: Usd;
  tables: string[];
}

/** A search is never free, and nobody knows what it costs before. */
function researchByPrices(settings: StudioSettings): Range {
  const { research } = modelsOf(settings);
  if (!research) return { low: zeroUsd, high: zeroUsd };
  return { low: 1 as Usd, high: ceilToMicro(settings.research_max_cost) };
}

/** What a model may think, and is reserved for, beside its answer. */
const reservedTokens = 8000;
/** A token is about so many bytes, and each is reserved as one. */
const bytesPerToken = 5;

async function scriptByPrices(settings: StudioSettings, minutes: number, at: string): Promise<Priced> {
  const { script, judge } = modelsOf(settings);
  const own = settings.prices;
  const prices = {
    script: await findPrice(script, { own, at }),
    judge: await findPrice(judge, { own, at }),
  };
  const largest = stepsOf(minutes, 'high').map(({ by, input, output }) =>
    mostCost(
      {
        requestBytes: Math.ceil(input * bytesPerToken),
        outputTokens: Math.ceil(2 * output) + reservedTokens,
      },
      prices[by],
    ),
  );
  return {
    low: costOfSteps(stepsOf(minutes, 'low'), prices),
    high: costOfSteps(stepsOf(minutes, 'high'), prices),
    headroom: Math.max(...largest) as Usd,
    tables: Object.values(prices).map(({ table }) => table),
  };
}

/** Lines that are spoken at once, and what one may be. */
const atOnce = 4;
const longestLine = 600;

/** Speech is sold by characters or by its length: a script is a tenth shorter or longer than was asked for, and some lines are spoken twice. */
async function audioByPrices(
  settings: StudioSettings,
  { minutes, characters, at }: { minutes: number; characters: number | undefined; at: string },
): Promise<Priced> {
  const { speechRefOf } = await import('../voice/studio-audio.js');
  const ref = speechRefOf(settings);
  if (!ref) return { low: zeroUsd, high: zeroUsd, headroom: zeroUsd, tables: [] };
  const price = await findPrice(ref, { own: settings.prices, at, sold: 'speech' });
  const spoken = (share: number): Usd => {
    const count = Math.ceil((characters ?? charactersFor(minutes)) * share);
    const audioMs = Math.ceil(minutesFor(count) * 60_000);
    return costOfUsage({ inputTokens: 0, outputTokens: 0, characters: count, audioMs }, price) ?? zeroUsd;
  };
  const line = { characters: longestLine, audioMs: 5000 + longestLine * 200 };
  return {
    low: spoken(characters === undefined ? 0.8 : 0.9),
    high: spoken(characters === undefined ? 1.3 : 1.15),
    headroom: (atOnce * mostCost(line, price)) as Usd,
    tables: [price.table],
  };
}

function stepsOf(minutes: number, which: keyof typeof assumed): Step[] {
  const { segments: minutesEach, wordsFound, revised, thought, form } = assumed[which];
  const segments = Math.min(20, Math.max(1, Math.ceil(minutes / minutesEach)));
  const words = minutes * wordsPerMinute * tokensPerWord;
  const found = minutes * wordsFound * tokensPerWord;
  // Of the findings each segment gets its own; of what was said before, at most some forty lines.
  const [share, part] = [found / segments, words / segments];
  const before = Math.min(words / 2, 1400);
  const anew = revised > 0 ? segments : 0;
  return [
    { by: 'script', calls: 1, input: promptTokens + found * form, output: (found / 2) * form + thought },
    {
      by: 'script',
      calls: segments,
      input: promptTokens + (2 * share + before) * form,
      output: part * form + thought,
    },
    {
      by: 'judge',
      calls: segments,
      input: promptTokens + (share + part) * form,
      output: (part / 4) * form + thought,
    },
    {
      by: 'script',
      calls: anew,
      input: promptTokens + (share + part * revised) * form,
      output: part * revised * form + thought,
    },
    {
      by: 'judge',
      calls: anew,
      input: promptTokens + (share + part * revised) * form,
      output: (part / 4) * form + thought,
    },
    { by: 'script', calls: 1, input: promptTokens + words, output: (words / 10) * form + thought },
  ].map((step) => ({ ...step, calls: step.calls * assumed[which].repeated }) as Step);
}

function costOfSteps(steps: readonly Step[], prices: { script: Price; judge: Price }): Usd {
  return steps.reduce((sum, { by, calls, input, output }) => {
    const usage = { inputTokens: Math.ceil(input), outputTokens: Math.ceil(output) };
    const each = costOfUsage(usage, prices[by]) ?? zeroUsd;
    return addUsd(sum, Math.ceil(each * calls) as Usd);
  }, zeroUsd);
}
