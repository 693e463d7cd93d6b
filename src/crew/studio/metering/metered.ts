import { createHash } from 'node:crypto';
import { ProductionError, deliveryOf, findInError, toDollars } from '../../../../machines/index.js';
import type { Dollars, OperationCall, OperationOutcome, Reconcile, RunOperation } from '../../port.js';
import { mostCost } from '../prices/cost.js';
import { findPrice } from '../prices/find-price.js';
import type { PriceTable } from '../prices/price-table.js';
import type { Charge, Price } from '../types.js';
import { UnusableAnswer } from '../unusable-answer.js';
import { chargeFor } from './charge.js';
import { mostUsageOf, requestText, type Limits } from './most-usage.js';
import type { Answer, CallParams, MeterableModel } from './model-shapes.js';
import type { StoredAnswers } from './stored-answers.js';
import { usableAnswer, type Refuse } from './usable.js';

/** What a metered model is paid through. */
export interface MeterOptions extends Limits {
  /** A phase's `context.operation`. */
  operation: RunOperation;
  /** The user's own prices, which go before the public ones. */
  prices?: PriceTable | undefined;
  /** What the calls are called in the ledger: `draft`. Default `model_call`. */
  name?: string | undefined;
  /** Under which name its provider has its prices; default what the model says, `openai` of `openai.responses`. */
  provider?: string | undefined;
  /** The most one call can cost, in dollars, in place of what its size says. */
  maxCost?: Dollars | undefined;
  /** What tells one call from another within the episode; default all that is asked. The same key is paid once. */
  key?: ((params: CallParams) => string) | undefined;
  /** The same question is not paid again in a later revision. Default false: what is wanted anew is asked anew. */
  acrossRevisions?: boolean | undefined;
  /** What to do with a call whose outcome is unknown; default to ask a person. */
  reconcile?: Reconcile<KeptAnswer> | undefined;
  /** Says why an answer's text cannot be used: then it is settled, and asked for again as often as policy allows. */
  refuse?: Refuse;
  /** When prices are looked up, ISO-8601 UTC; default now. */
  now?: (() => string) | undefined;
}

/** An answer as it is kept with its operation. */
export interface KeptAnswer extends Answer {
  charge: { cost: number | null; basis: Charge['basis']; table: string };
}

interface WrapGenerate {
  params: CallParams;
  model: MeterableModel;
}

/**
 * Middleware for `wrapLanguageModel` of the AI SDK: each call is an operation of the episode, reserved for the most it can cost, settled with what it did cost, and given
 * again, not made again, after a crash. Calls that cannot be bounded or priced are refused before anything is sent. Streams are refused: one that is cut loses its usage.
 */
export function meteredMiddleware(options: MeterOptions): {
  specificationVersion: 'v3';
  wrapGenerate: (call: { params: unknown; model: unknown }) => Promise<never>;
  wrapStream: () => Promise<never>;
} {
  return {
    specificationVersion: 'v3',
    wrapGenerate: (call) => meteredCall(call as WrapGenerate, options) as Promise<never>,
    wrapStream: () => Promise.reject(noStreams()),
  };
}

/**
 * A model of the AI SDK whose calls are paid through the engine, for `generateText`, `generateObject` and whatever takes a model. The retries of the SDK find nothing to do: the
 * engine's policy has its own.
 */
export function metered<Model extends MeterableModel>(model: Model, options: MeterOptions): Model {
  return meteredAndStored(model, options, undefined);
}

/** The same for a model whose provider keeps its answers: what became of a call is looked up before a person is asked. */
export function meteredAndStored<Model extends MeterableModel>(
  model: Model,
  options: MeterOptions,
  stored: StoredAnswers | undefined,
): Model {
  const wrapped = {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: (model as { supportedUrls?: unknown }).supportedUrls ?? {},
    doGenerate: (params: CallParams) => meteredCall({ params, model }, options, stored),
    doStream: () => Promise.reject(noStreams()),
  };
  return wrapped as unknown as Model;
}

async function meteredCall(
  { params: given, model }: WrapGenerate,
  options: MeterOptions,
  stored?: StoredAnswers,
): Promise<unknown> {
  const { name = 'model_call', acrossRevisions = false, now = systemNow } = options;
  const params = { ...given, maxOutputTokens: given.maxOutputTokens ?? options.maxOutputTokens };
  const provider = options.provider ?? model.provider.split('.')[0] ?? model.provider;
  const ref = { provider, model: model.modelId };
  const price = await findPrice(ref, { own: options.prices, at: now() });
  const maxCost = options.maxCost ?? toDollars(mostCost(mostUsageOf(params, options), price));
  const asked = requestText(params);
  const key = options.key?.(params) ?? `${name}-${hashOf(JSON.stringify([provider, model.modelId, asked]))}`;
  const input = { ...ref, prices: price.table, max_output_tokens: params.maxOutputTokens, asked };
  const answerOf = async (by: MeterableModel, { signal }: OperationCall) => {
    const answer = await generate(by, { ...params, abortSignal: both(params.abortSignal, signal) });
    return outcomeOf(answer, { params, price, refuse: options.refuse });
  };
  const reconcile = options.reconcile ?? (stored && ((call) => lookedUp(stored, call, answerOf)));
  try {
    const kept = await options.operation<KeptAnswer>(
      name,
      { key, maxCost, priceMayChange: true, acrossRevisions, reconcile, input: JSON.stringify(input) },
      async (call) => answerOf(stored ? await stored.begin(call) : model, call),
    );
    return revived(kept);
  } catch (error) {
    throw withoutRetries(error);
  }
}

/** What was answered, and what it has cost. */
function outcomeOf(
  answer: Answer,
  { params, price, refuse }: { params: CallParams; price: Price; refuse: Refuse },
): OperationOutcome<KeptAnswer> {
  const charge = chargeFor(answer, price);
  const usable = usableAnswer(answer, params, charge, refuse);
  const cost = charge.cost === undefined ? undefined : toDollars(charge.cost);
  return { result: keptAnswer(usable, { ...charge, cost: cost ?? null }), cost };
}

/** The answer of a call that was begun before; a person is asked where no id was written down, or the provider has it no more. */
async function lookedUp(
  stored: StoredAnswers,
  call: OperationCall,
  answerOf: (by: MeterableModel, call: OperationCall) => Promise<OperationOutcome<KeptAnswer>>,
): Promise<OperationOutcome<KeptAnswer> | 'ask'> {
  const model = await stored.find(call);
  if (!model) return 'ask';
  try {
    return await answerOf(model, call);
  } catch (error) {
    if (findInError(error, ({ isGone }) => isGone)) return 'ask';
    // It was given, in a form that nobody can read: looking again gives the same.
    if (deliveryOf(error) === 'answered') throw unreadable(error);
    throw error;
  }
}

function unreadable(error: unknown): UnusableAnswer {
  const charge = { cost: undefined, basis: 'reservation', table: 'none' } as const;
  return new UnusableAnswer('invalid_output', (error as Error).message, charge);
}

function generate(model: MeterableModel, params: CallParams): PromiseLike<Answer> {
  return (model.doGenerate as (params: CallParams) => PromiseLike<Answer>)(params);
}

/** What a request and its answer carried beside what was asked and answered (bodies, headers) is not kept. */
function keptAnswer(answer: Answer, charge: KeptAnswer['charge']): KeptAnswer {
  const { content, finishReason, usage, providerMetadata, response = {}, warnings = [] } = answer;
  const { id, timestamp, modelId } = response;
  const kept = { content, finishReason, usage, providerMetadata, warnings, charge };
  return JSON.parse(
    JSON.stringify({ ...kept, response: { id, timestamp, modelId } }, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  ) as KeptAnswer;
}

/** As the SDK takes it; what it has cost stands among the providers' own words. */
function revived({ charge, ...answer }: KeptAnswer): Answer {
  const { response, providerMetadata } = answer;
  const timestamp = response?.timestamp;
  return {
    ...answer,
    providerMetadata: { ...providerMetadata, showrunner: charge },
    response: { ...response, ...(timestamp === undefined ? {} : { timestamp: new Date(timestamp) }) },
  };
}

/** The engine has tried as often as policy allows: whoever called must not try on. */
function withoutRetries(error: unknown): unknown {
  if (typeof error === 'object' && error !== null && 'isRetryable' in error)
    (error as { isRetryable: boolean }).isRetryable = false;
  return error;
}

function both(own: AbortSignal | undefined, signal: AbortSignal): AbortSignal {
  return own ? AbortSignal.any([own, signal]) : signal;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function systemNow(): string {
  return new Date().toISOString();
}

function noStreams(): ProductionError {
  return new ProductionError(
    'invalid_input',
    'stream: a stream that is cut loses its usage, so that a metered model does not stream; nothing was called. Use generateText or generateObject.',
    { field: 'stream' },
  );
}
