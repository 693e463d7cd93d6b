import { ProductionError } from '../../../../machines/index.js';

/** How a provider of models is reached. */
export interface Provider {
  /** The variable of the environment that has its key; undefined where it takes none. */
  keyEnv?: string | undefined;
  /** Where a key is had. */
  keysAt?: string | undefined;
  /** For servers of OpenAI's older form; the provider's own where its package knows it. */
  baseUrl?: string | undefined;
}

/** Those that are known by name; where their keys are had is from memory of November 2026, but Perplexity's, which its documentation names. */
const known: Readonly<Record<string, Provider>> = {
  openai: { keyEnv: 'OPENAI_API_KEY', keysAt: 'https://platform.openai.com/api-keys' },
  anthropic: { keyEnv: 'ANTHROPIC_API_KEY', keysAt: 'https://console.anthropic.com/settings/keys' },
  perplexity: { keyEnv: 'PERPLEXITY_API_KEY', keysAt: 'https://console.perplexity.ai/group/keys' },
  elevenlabs: { keyEnv: 'ELEVENLABS_API_KEY', keysAt: 'https://elevenlabs.io/app/settings/api-keys' },
  openrouter: {
    keyEnv: 'OPENROUTER_API_KEY',
    keysAt: 'https://openrouter.ai/settings/keys',
    baseUrl: 'https://openrouter.ai/api/v1',
  },
  ollama: { baseUrl: 'http://127.0.0.1:11434/v1' },
};

/** What a user writes of providers of his own, or of where a known one is reached. */
export type OwnProviders = Readonly<
  Record<
    string,
    { base_url?: string | undefined; key_env?: string | undefined; background?: boolean | undefined }
  >
>;

/** @throws ProductionError `invalid_input` for one that nobody knows. */
export function providerOf(name: string, own: OwnProviders = {}): Provider {
  const mine = Object.hasOwn(own, name) ? own[name] : undefined;
  const base = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!mine && !base)
    throw new ProductionError(
      'invalid_input',
      `providers: nobody knows the provider ${JSON.stringify(name)}. Known are ${Object.keys(known).join(', ')}; name another one in your crew.json: { "providers": { ${JSON.stringify(name)}: { "base_url": "http://127.0.0.1:8000/v1", "key_env": "MY_KEY" } } }.`,
      { field: 'providers' },
    );
  return {
    ...base,
    ...(mine?.base_url === undefined ? {} : { baseUrl: mine.base_url }),
    ...(mine?.key_env === undefined ? {} : { keyEnv: mine.key_env }),
  };
}
