import * as z from 'zod';
import { ProductionError, invalidInput } from '../../../machines/index.js';
import { providerOf } from './models/providers.js';
import { parseModelRef } from './model-ref.js';
import { PriceTable } from './prices/price-table.js';
import type { ModelRef } from './types.js';
import { parseVoices } from './voice/voices.js';

const name = z.string().min(3).max(300);

/** What the studio crew works with: `crew.json`, and the crew option `studio`. Keys are never in it: they are in the environment. */
export const StudioSettings = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  /** Searches the web: `perplexity:medium`; without it the episode is made from the sources alone. */
  research: name.optional(),
  /** The most that a search may cost, in dollars: reserved before it, settled at what Perplexity says. */
  research_max_cost: z.number().positive().max(1000).default(0.5),
  /** How long is waited before a provider is asked again for what it has not finished: a search, a turn in its queue, a call that its history does not show yet. Milliseconds. */
  poll_ms: z.int().min(1).max(60_000).default(2000),
  /** Writes the script: `anthropic:claude-sonnet-5`. */
  script: name,
  /** Checks it; by default the one that writes. Another one finds more. */
  judge: name.optional(),
  /** Who speaks: `flite`, free and without a key; `elevenlabs:<voice>`; or a voice for each host, `openai:alloy,verse`. */
  voice: name.default('flite'),
  /** The model that speaks, in place of the provider's usual one: `eleven_v3`, `tts-1`. */
  voice_model: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
  /** Providers beside the known ones, or where a known one is reached. */
  providers: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
      z.strictObject({
        base_url: z
          .url()
          .refine(isBareAddress, {
            error: 'is an address with a name, a password or a query; keys belong into the environment',
          })
          .optional(),
        key_env: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, {
            error: "is no variable's name; it names the variable that has the key",
          })
          .optional(),
        /** Of `openai`: answers are kept at the provider and found again after a crash, unless this is false. */
        background: z.boolean().optional(),
      }),
    )
    .default({}),
  /** A phase is begun also where what is left may not reach to its end: it stops where the money ends, and can be gone on with. */
  begin_short: z.boolean().default(false),
  prices: PriceTable.optional(),
  /** A folder with prompts in the place of the crew's own: `outline.md`, `draft.md`, `check.md`, `revise.md`, `polish.md`. */
  prompts: z.string().min(1).optional(),
});
export type StudioSettings = z.infer<typeof StudioSettings>;

function isBareAddress(text: string): boolean {
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === '');
}

/** @throws ProductionError `invalid_input`, naming the setting. */
export function parseSettings(given: unknown): StudioSettings {
  const parsed = StudioSettings.safeParse(given);
  if (!parsed.success) {
    const field = ['studio', ...(parsed.error.issues[0]?.path ?? [])].join('.').slice(0, 200);
    throw new ProductionError(
      'invalid_input',
      `The studio crew cannot use its settings: ${invalidInput(parsed.error, 'studio').message} Say at least who writes: --script anthropic:claude-sonnet-5.`,
      { field, cause: parsed.error },
    );
  }
  const models: Models = modelsOf(parsed.data);
  if (models.research && models.research.provider !== 'perplexity')
    throw new ProductionError(
      'invalid_input',
      `studio.research: ${parsed.data.research ?? ''} does not search; write e.g. perplexity:medium.`,
      { field: 'studio.research' },
    );
  for (const each of Object.values(models) as ModelRef[]) providerOf(each.provider, parsed.data.providers);
  parseVoices(parsed.data.voice);
  return parsed.data;
}

interface Models {
  research?: ModelRef;
  script: ModelRef;
  judge: ModelRef;
}

/** The models that the settings name, by what they do. */
export function modelsOf({ research, script, judge }: StudioSettings): Models {
  return {
    ...(research === undefined ? {} : { research: parseModelRef(research, 'studio.research') }),
    script: parseModelRef(script, 'studio.script'),
    judge: parseModelRef(judge ?? script, 'studio.judge'),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Key {
  provider: string;
  keyEnv: string;
  /** Where it is had. */
  keysAt: string | undefined;
}

/** The keys that the settings need, by the variables that have them. */
export function neededKeys(settings: StudioSettings): Key[] {
  const providers = new Set(
    (Object.values(modelsOf(settings)) as ModelRef[]).map(({ provider }) => provider),
  );
  const { provider: voice } = parseVoices(settings.voice);
  if (voice !== 'flite') providers.add(voice);
  return [...providers].flatMap((provider) => {
    const { keyEnv, keysAt } = providerOf(provider, settings.providers);
    return keyEnv === undefined ? [] : [{ provider, keyEnv, keysAt }];
  });
}

/** Of those the ones that the environment does not have. */
export function missingKeys(settings: StudioSettings, env: Environment): Key[] {
  return neededKeys(settings).filter(({ keyEnv }) => !env[keyEnv]);
}

/** @throws ProductionError `invalid_input` that says which keys are missing, where they are had, and what works without. */
export function refuseMissingKeys(settings: StudioSettings, env: Environment): void {
  const missing = missingKeys(settings, env);
  if (missing.length === 0) return;
  const needed = missing.map(
    ({ provider, keyEnv, keysAt }) =>
      `${keyEnv} for ${provider}${keysAt === undefined ? '' : ` (you get one at ${keysAt})`}`,
  );
  throw new ProductionError(
    'invalid_input',
    `keys: the studio crew needs keys that are not in the environment: ${needed.join('; ')}. Nothing was begun and nothing is reserved. Without keys there are a model on your own machine (--script ollama:qwen3, with its price of 0 in your own table) and the crew that quotes your documents (leave --crew studio out).`,
    { field: 'keys' },
  );
}
