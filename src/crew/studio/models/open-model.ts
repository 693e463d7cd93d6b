import { ProductionError } from '../../../../machines/index.js';
import { keyedFetch } from '../keyed-fetch.js';
import { optionalPeer } from '../missing-package.js';
import type { MeterableModel } from '../metering/model-shapes.js';
import type { ModelRef } from '../types.js';
import { providerOf, type OwnProviders } from './providers.js';

/** What models are opened with. */
export interface Access {
  providers?: OwnProviders | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The model of a name; `wrapped` makes of the `fetch` that knows the key the one that the model asks by. Its provider's package is loaded now, and not before.
 * @throws ProductionError `invalid_input` for a provider that nobody knows, a package that is not installed, a key that is not there.
 */
export async function openModel(
  { provider, model }: ModelRef,
  access: Access,
  wrapped: (through: typeof fetch) => typeof fetch = (through) => through,
): Promise<MeterableModel> {
  const { baseUrl: baseURL, keyEnv } = providerOf(provider, access.providers);
  const apiKey = keyEnv === undefined ? undefined : access.env[keyEnv];
  if (keyEnv !== undefined && (apiKey === undefined || apiKey === ''))
    throw new ProductionError(
      'invalid_input',
      `${keyEnv}: the key for ${provider} is not in the environment.`,
      {
        field: keyEnv,
      },
    );
  const settings = {
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(apiKey === undefined ? {} : { apiKey }),
    fetch: wrapped(keyedFetch(apiKey)),
  };
  if (provider === 'openai') {
    const { createOpenAI } = await optionalPeer('@ai-sdk/openai', () => import('@ai-sdk/openai'));
    return createOpenAI(settings)(model);
  }
  if (provider === 'anthropic') {
    const { createAnthropic } = await optionalPeer('@ai-sdk/anthropic', () => import('@ai-sdk/anthropic'));
    return createAnthropic(settings)(model);
  }
  if (baseURL === undefined)
    throw new ProductionError('invalid_input', `providers: ${provider} has no models that write a script.`, {
      field: 'providers',
    });
  const library = '@ai-sdk/openai-compatible';
  const { createOpenAICompatible } = await optionalPeer(library, () => import('@ai-sdk/openai-compatible'));
  return createOpenAICompatible({ name: provider, ...settings, baseURL })(model);
}
