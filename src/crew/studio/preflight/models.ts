import * as z from 'zod';
import { nameOf } from '../model-ref.js';
import { isKnownPreset } from '../research/presets.js';
import type { ModelRef } from '../types.js';
import { failed, passed, unknown, type Finding } from './finding.js';
import { look, refusalIn, type Account } from './look.js';

const Listed = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Whether there is such a model, by the listing of its provider, which is free. */
export function lookForModel(ref: ModelRef, account: Account, option: string): Promise<Finding> {
  if (ref.provider === 'openai' || ref.provider === 'anthropic') return lookByName(ref, account, option);
  if (ref.provider === 'perplexity') return lookAtKey(ref, account);
  return lookInList(ref, account, option);
}

/** `GET /v1/models/{model}` (developers.openai.com/api/reference, "Retrieve model", and docs.anthropic.com/en/api/models, "Get a model"; the first a stored copy, read on 29 November 2026, the second not looked up again). */
async function lookByName(ref: ModelRef, account: Account, option: string): Promise<Finding> {
  const said = { check: 'model', subject: nameOf(ref) } as const;
  const looked = await look(account, `/models/${encodeURIComponent(ref.model)}`);
  return (
    refusalIn(looked, account, said) ?? (looked.status === 200 ? there(said) : missing(said, ref, option))
  );
}

/** Perplexity lists no presets: a response that there is not tells whether the key is taken (docs.perplexity.ai/api-reference/agent-get, a stored copy, read on 29 November 2026). */
async function lookAtKey(ref: ModelRef, account: Account): Promise<Finding> {
  const said = { check: 'model', subject: nameOf(ref) } as const;
  const refusal = refusalIn(await look(account, '/agent/resp_preflight'), account, said);
  if (refusal) return refusal;
  if (isKnownPreset(ref.model))
    return passed({ ...said, what: 'takes the key; it lists no presets, and this is one that is known' });
  return unknown(
    { ...said, what: 'is none of the presets that were known in November 2026, and Perplexity lists none' },
    'Look by hand: https://docs.perplexity.ai/docs/agent-api/presets',
  );
}

async function lookInList(ref: ModelRef, account: Account, option: string): Promise<Finding> {
  const said = { check: 'model', subject: nameOf(ref) } as const;
  // OpenRouter shows its models to everybody, and a key to whoever has it.
  const keyed = ref.provider === 'openrouter' ? await look(account, '/key') : undefined;
  const refusal = keyed && refusalIn(keyed, account, said);
  if (refusal) return refusal;
  const looked = await look(account, '/models');
  const refused = refusalIn(looked, account, said);
  if (refused) return refused;
  const listed = Listed.safeParse(looked.json);
  if (!listed.success)
    return unknown(
      { ...said, what: `${ref.provider} lists no models (${String(looked.status)})` },
      'Look by hand whether it has the model',
    );
  const ids = new Set(listed.data.data.map(({ id }) => id));
  return namesOf(ref).some((name) => ids.has(name)) ? there(said) : missing(said, ref, option);
}

/** How a listing may call it: Ollama adds what it takes without a tag, OpenRouter leaves out what only says how to route. */
function namesOf({ provider, model }: ModelRef): string[] {
  if (provider === 'ollama') return [model, `${model}:latest`];
  return provider === 'openrouter' ? [model, model.replace(/:(?:nitro|floor|online|exacto)$/u, '')] : [model];
}

function there(said: Pick<Finding, 'check' | 'subject'>): Finding {
  return passed({ ...said, what: 'is there' });
}

function missing(said: Pick<Finding, 'check' | 'subject'>, ref: ModelRef, option: string): Finding {
  const what = `${ref.provider} has no such model for this key`;
  const next =
    ref.provider === 'ollama'
      ? `Get it: ollama pull ${ref.model}`
      : `Name another one: ${option} ${ref.provider}:<model>`;
  return failed({ ...said, what }, next);
}
