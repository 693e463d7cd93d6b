import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { toDollars } from '../../../../machines/index.js';
import { costOf } from '../../outcome.js';
import type { OperationCall, OperationOutcome } from '../../port.js';
import { keyedFetch } from '../keyed-fetch.js';
import { wordsOf } from '../words-of.js';
import { UnusableAnswer } from '../unusable-answer.js';
import type { Charge } from '../types.js';

/**
 * As much of a response of `/v1/agent` and `/v1/agent/{id}` as is read here (docs.perplexity.ai/api-reference/agent-post and agent-get, /docs/agent-api/background-mode; stored copies, read on 29 November 2026). The guide asks for it by
 * `/v1/responses/{id}`, which is the same. What it costs is in `usage.cost`, as our notes on providers of November 2026 have it.
 */
const Response = z.looseObject({
  id: z.string().min(1),
  status: z.string(),
  output: z.array(z.looseObject({ type: z.string() })).default([]),
  // A bill in another form than this says nothing of the answer: it counts as none.
  usage: z
    .looseObject({ cost: z.looseObject({ total_cost: z.unknown() }) })
    .nullish()
    .catch(undefined),
});
type Response = z.infer<typeof Response>;

/** What was found, and where: everything else of an answer is left out. */
export interface Searched {
  id: string;
  text: string;
  results: { url: string; title: string }[];
}

export interface Search {
  baseUrl: string;
  apiKey: string;
  /** How Perplexity calls a way to search: `medium`. */
  preset: string;
  question: string;
  /** A JSON Schema of the answer. */
  schema: unknown;
  maxSteps: number;
  maxOutputTokens: number;
  pollMs: number;
}

/**
 * Begins a search that goes on whoever listens, and gives its id. The cost of a search is not known before it is over: it is bounded by its steps and the length of its answer.
 */
export async function beginSearch(search: Search, { signal }: OperationCall): Promise<string> {
  const response = await keyedFetch(search.apiKey)(`${search.baseUrl}/agent`, {
    method: 'POST',
    headers: { authorization: `Bearer ${search.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      preset: search.preset,
      input: search.question,
      tools: [{ type: 'web_search' }],
      tool_choice: 'required',
      max_steps: search.maxSteps,
      max_output_tokens: search.maxOutputTokens,
      response_format: { type: 'json_schema', json_schema: { name: 'findings', schema: search.schema } },
      background: true,
    }),
    signal,
  });
  return Response.parse(await bodyOf(response)).id;
}

/** `cancelling`: somebody has stopped it, and it has not ended yet (perplexity-node, "cancel"). */
const unfinished = new Set(['queued', 'in_progress', 'cancelling']);

/** Waits for a search's end; its cost is what Perplexity says, fees of its tools among it. */
export async function endOfSearch(
  search: Search,
  id: string,
  { signal }: OperationCall,
): Promise<OperationOutcome<Searched>> {
  for (;;) {
    const response = await keyedFetch(search.apiKey)(`${search.baseUrl}/agent/${encodeURIComponent(id)}`, {
      headers: { authorization: `Bearer ${search.apiKey}` },
      signal,
    });
    const said = Response.parse(await bodyOf(response));
    if (!unfinished.has(said.status)) return outcomeOf(said);
    await sleep(search.pollMs, undefined, { signal });
  }
}

function outcomeOf(said: Response): OperationOutcome<Searched> {
  const cost = costOf(said.usage?.cost.total_cost);
  const charge: Charge = { cost, basis: cost === undefined ? 'reservation' : 'stated', table: 'perplexity' };
  const text = textIn(said);
  if (said.status !== 'completed' || text === '')
    throw new UnusableAnswer('invalid_output', `the search ended as ${said.status}`, charge);
  return {
    result: { id: said.id, text, results: resultsIn(said) },
    cost: cost === undefined ? undefined : toDollars(cost),
  };
}

const Message = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
});
const Results = z.looseObject({
  results: z.array(z.looseObject({ url: z.string(), title: z.string().default('') })),
});

function textIn({ output }: Response): string {
  return output
    .filter(({ type }) => type === 'message')
    .flatMap((item) => Message.safeParse(item).data?.content ?? [])
    .map(({ text = '' }) => text)
    .join('');
}

function resultsIn({ output }: Response): Searched['results'] {
  return output
    .filter(({ type }) => type === 'search_results')
    .flatMap((item) => Results.safeParse(item).data?.results ?? [])
    .map(({ url, title }) => ({ url, title }));
}

/** An answer that refuses is an error with its status, as the engine reads it. */
async function bodyOf(response: globalThis.Response): Promise<unknown> {
  if (response.ok) return response.json();
  const said = (await wordsOf(response)).slice(0, 300);
  throw Object.assign(new Error(`Perplexity says ${String(response.status)}: ${said}`), {
    status: response.status,
    headers: response.headers,
  });
}
