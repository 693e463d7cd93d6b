import { addUsd, ceilToMicro, zeroUsd, type Usd } from '../../../../machines/index.js';
import { costOfUsage } from '../prices/cost.js';
import { findPrice } from '../prices/find-price.js';
import { modelsOf, type StudioSettings } from '../settings.js';
import type { Price } from '../types.js';
import { charactersFor, wordsPerMinute } from './lengths.js';

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
  tables: string[];
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
 * What an episode of so many minutes will cost, low and high, from prices and from how a script is made. Nothing is called.
 * @throws ProductionError `invalid_input` for a model whose price nobody knows.
 */
export async function estimate(settings: StudioSettings, minutes: number, at: string): Promise<Estimate> {
  const { script, judge, research } = modelsOf(settings);
  const own = settings.prices;
  const prices = {
    script: await findPrice(script, { own, at }),
    judge: await findPrice(judge, { own, at }),
  };
  const forScript = {
    low: costOfSteps(stepsOf(minutes, 'low'), prices),
    high: costOfSteps(stepsOf(minutes, 'high'), prices),
  };
  const most = ceilToMicro(settings.research_max_cost);
  // A search is never free, and nobody knows what it costs before.
  const forResearch = research ? { low: 1 as Usd, high: most } : { low: zeroUsd, high: zeroUsd };
  const forAudio = await audioRange(settings, minutes, at);
  return {
    research: forResearch,
    script: forScript,
    audio: forAudio,
    total: {
      low: addUsd(addUsd(forResearch.low, forScript.low), forAudio.low),
      high: addUsd(addUsd(forResearch.high, forScript.high), forAudio.high),
    },
    tables: [...new Set(Object.values(prices).map(({ table }) => table))],
  };
}

/** Speech is sold by characters or by its length: a script is a tenth shorter or longer than was asked for, and some lines are spoken twice. */
async function audioRange(settings: StudioSettings, minutes: number, at: string): Promise<Range> {
  const { speechRefOf } = await import('../voice/studio-audio.js');
  const ref = speechRefOf(settings);
  if (!ref) return { low: zeroUsd, high: zeroUsd };
  const price = await findPrice(ref, { own: settings.prices, at, sold: 'speech' });
  const spoken = (share: number): Usd => {
    const characters = charactersFor(minutes * share);
    const audioMs = Math.ceil(minutes * 60_000 * share);
    return costOfUsage({ inputTokens: 0, outputTokens: 0, characters, audioMs }, price) ?? zeroUsd;
  };
  return { low: spoken(0.8), high: spoken(1.3) };
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
