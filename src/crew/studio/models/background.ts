import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { FailureCode } from '../../../../machines/index.js';
import type { AnswerNotes } from '../answer-notes.js';
import type { OperationCall } from '../../port.js';
import { AnswerGone, type StoredAnswers } from '../metering/stored-answers.js';
import type { ModelRef } from '../types.js';
import { openModel, type Access } from './open-model.js';

/**
 * As much of a response as is read here; the rest is the SDK's. OpenAI, "Background mode" (developers.openai.com/docs/guides/background, a stored copy, read on 29 November 2026):
 * `background: true` answers at once with an id, and the response is asked for by `GET /v1/responses/{id}` while it is `queued` or `in_progress`. It is kept for about ten minutes, and longer only with `store: true`.
 */
const Said = z.looseObject({
  id: z.string().min(1),
  status: z.string(),
  error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
type Said = z.infer<typeof Said>;

/** Answers of OpenAI, which goes on with them whoever listens; undefined for models that have nothing of the kind. */
export function backgroundAnswers(
  ref: ModelRef,
  access: Access,
  { notes, pollMs }: { notes: AnswerNotes; pollMs: number },
): StoredAnswers | undefined {
  if (ref.provider !== 'openai' || access.providers?.['openai']?.background === false) return undefined;
  return {
    async begin(call) {
      const onBegun = (id: string) => notes.write(nameOf(call), call, id);
      return openModel(ref, access, (fetch) => beginning(fetch, { onBegun, pollMs }));
    },
    async find(call) {
      const id = await notes.read(nameOf(call), call);
      return id === undefined ? undefined : openModel(ref, access, (fetch) => finding(fetch, { id, pollMs }));
    },
  };
}

function nameOf({ idempotencyKey }: OperationCall): string {
  return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
}

/** Asks for an answer in the background, writes down its id, and waits for its end. */
function beginning(
  through: typeof fetch,
  { onBegun, pollMs }: { onBegun: (id: string) => Promise<void>; pollMs: number },
): typeof fetch {
  return async (input, init = {}) => {
    const asked = { ...(JSON.parse(init.body as string) as object), background: true, store: true };
    const response = await through(input, { ...init, body: JSON.stringify(asked) });
    if (!response.ok) return response;
    const { data: said } = Said.safeParse(await response.clone().json());
    // A server that knows nothing of it has answered already.
    if (!said || isOver(said)) return said ? whole(response, said) : response;
    await onBegun(said.id);
    return endOf(through, input, init, { id: said.id, pollMs });
  };
}

function finding(through: typeof fetch, { id, pollMs }: { id: string; pollMs: number }): typeof fetch {
  return (input, init = {}) => endOf(through, input, init, { id, pollMs });
}

/** So many looks in a row may fail before somebody else has to look again. */
const mostFailures = 5;

async function endOf(
  through: typeof fetch,
  input: Parameters<typeof fetch>[0],
  { headers = {}, signal = null }: RequestInit,
  { id, pollMs }: { id: string; pollMs: number },
): Promise<Response> {
  const address = `${input instanceof Request ? input.url : String(input)}/${encodeURIComponent(id)}`;
  for (let failures = 0; ;) {
    const looked = await look(through, address, { headers, signal });
    if (typeof looked === 'string') {
      failures += 1;
      if (failures > mostFailures) throw new StillUnknown(looked);
    } else {
      failures = 0;
      if (isOver(looked.said)) return whole(looked.response, looked.said);
    }
    await sleep(pollMs, undefined, signal ? { signal } : {});
  }
}

/** What is said of an answer; why nothing was said, where that may pass. */
async function look(
  through: typeof fetch,
  address: string,
  init: RequestInit,
): Promise<{ response: Response; said: Said } | string> {
  let response: Response;
  try {
    response = await through(address, init);
    if (response.ok) return { response, said: Said.parse(await response.clone().json()) };
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    return (error as Error).message;
  }
  const why = `it says ${String(response.status)}`;
  if (response.status >= 500 || [408, 409, 425, 429].includes(response.status)) return why;
  throw response.status === 404 ? new AnswerGone() : new StillUnknown(why);
}

function isOver({ status }: Said): boolean {
  return status !== 'queued' && status !== 'in_progress';
}

/** Words of a response that has failed before anything was done for it. */
const refusals = new Map<string, FailureCode>([
  ['rate_limit_exceeded', 'rate_limited'],
  ['insufficient_quota', 'quota_exceeded'],
]);

/** An answer that has come to no good end was begun: unless it was refused, nobody says that it was free. */
function whole(response: Response, { status, error }: Said): Response {
  if (status === 'completed' || status === 'incomplete') return response;
  const message = `the answer ended as ${status}${error?.message ? `: ${error.message}` : ''}`;
  const refused = refusals.get(error?.code ?? '');
  throw Object.assign(
    new Error(message),
    refused ? { code: refused, cost: 0 } : { code: 'provider_unavailable', usage: { basis: 'reservation' } },
  );
}

/** The engine holds the call, and asks again later: what became of the answer is not known. */
class StillUnknown extends Error {
  override readonly name = 'StillUnknown';
  readonly code = 'ECONNRESET';

  constructor(why: string) {
    super(`the answer was begun, and its end is not known: ${why}`);
  }
}
