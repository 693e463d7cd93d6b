import type { Usd } from '../../../../machines/index.js';
import { costOf } from '../../outcome.js';
import { costOfUsage } from '../prices/cost.js';
import type { Charge, Price, Usage } from '../types.js';
import { textOf, totalsOf, type Answer } from './model-shapes.js';

type Fields = Readonly<Record<string, unknown>>;

/** What an answer has cost: as its provider says, else by what was used, else nobody knows. */
export function chargeFor(answer: Answer, price: Price): Charge {
  const stated = statedCost(answer);
  if (stated !== undefined) return { cost: stated, basis: 'stated', table: price.table };
  const usage = usageOf(answer);
  const cost = usage && costOfUsage(usage, price, serviceTierOf(answer));
  return { cost, basis: cost === undefined ? 'reservation' : 'usage', table: price.table };
}

/** OpenRouter says the cost in its usage, in dollars; with a key of the user's own at the provider behind it, beside what that one takes. */
function statedCost({ usage: { raw } }: Answer): Usd | undefined {
  const { cost, is_byok, cost_details } = fieldsOf(raw);
  const upstream = is_byok === true ? fieldsOf(cost_details)['upstream_inference_cost'] : 0;
  if (typeof cost !== 'number' || typeof upstream !== 'number') return undefined;
  return costOf(cost + upstream);
}

/** Undefined where the provider told no usage, or one that cannot be: a text without a token. */
export function usageOf(answer: Answer): Usage | undefined {
  const { usage } = answer;
  const input = totalsOf(usage.inputTokens);
  const output = totalsOf(usage.outputTokens);
  if (input.total === undefined || output.total === undefined) return undefined;
  if (input.total === 0 || (output.total === 0 && textOf(answer) !== '')) return undefined;
  const raw = fieldsOf(usage.raw);
  return {
    inputTokens: input.total,
    cacheReadTokens: input.cacheRead ?? usage.cachedInputTokens,
    cacheWriteTokens: input.cacheWrite,
    cacheWrite1hTokens: hourWrites(answer),
    inputAudioTokens: count(fieldsOf(raw['prompt_tokens_details'])['audio_tokens']),
    outputTokens: output.total,
    reasoningTokens: output.reasoning ?? usage.reasoningTokens,
    outputAudioTokens: count(fieldsOf(raw['completion_tokens_details'])['audio_tokens']),
    webSearches: webSearchesOf(answer),
  };
}

/** Anthropic says only in its own words how long what was written to the cache is kept. */
function hourWrites(answer: Answer): number | undefined {
  const { cache_creation } = anthropicUsage(answer);
  return count(fieldsOf(cache_creation)['ephemeral_1h_input_tokens']);
}

/** Searches have a fee each: Anthropic counts them, with OpenAI each is a tool call in the answer. */
function webSearchesOf(answer: Answer): number {
  const counted = count(fieldsOf(anthropicUsage(answer)['server_tool_use'])['web_search_requests']);
  if (counted !== undefined) return counted;
  return answer.content.filter(
    ({ type, toolName, providerExecuted }) =>
      type === 'tool-call' && providerExecuted === true && /web_?search/i.test(toolName ?? ''),
  ).length;
}

function serviceTierOf(answer: Answer): string | undefined {
  const { openai } = answer.providerMetadata ?? {};
  const tier = fieldsOf(openai)['serviceTier'] ?? fieldsOf(answer.usage.raw)['service_tier'];
  return typeof tier === 'string' ? tier : undefined;
}

function anthropicUsage({ providerMetadata, usage }: Answer): Fields {
  return fieldsOf(fieldsOf(providerMetadata?.['anthropic'])['usage'] ?? usage.raw);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
