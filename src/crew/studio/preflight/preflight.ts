import { ProductionError } from '../../../../machines/index.js';
import { nameOf } from '../model-ref.js';
import { openModel } from '../models/open-model.js';
import { providerOf } from '../models/providers.js';
import { findPrice, type Sold } from '../prices/find-price.js';
import { loadPrompts } from '../script/prompts.js';
import { modelsOf, neededKeys, type StudioSettings } from '../settings.js';
import type { ModelRef } from '../types.js';
import { speechRefOf } from '../voice/studio-audio.js';
import { parseVoices } from '../voice/voices.js';
import { charactersFor } from '../estimate/lengths.js';
import { failed, passed, type Finding } from './finding.js';
import type { Account } from './look.js';
import { lookAtDisk, lookAtSound } from './machine.js';
import { lookForModel } from './models.js';
import { lookForVoices } from './voices.js';

/** What the look is made with. */
export interface PreflightOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Of the production, or where it will be. */
  directory: string;
  minutes: number;
  /** When prices are looked up, ISO-8601 UTC. */
  at: string;
  signal: AbortSignal;
  /** Bytes; default what the file system says. */
  freeIn?: ((folder: string) => Promise<number>) | undefined;
}

/** What an episode by these settings needs, looked at beforehand. Only free listings are asked: nothing is reserved, and no paid call is made. */
export async function preflight(settings: StudioSettings, options: PreflightOptions): Promise<Finding[]> {
  const { env, directory, minutes, at, freeIn } = options;
  const speech = speechRefOf(settings);
  const keys = neededKeys(settings).map(({ provider, keyEnv, keysAt }) =>
    env[keyEnv]
      ? passed({ check: 'key', subject: keyEnv, what: 'is in the environment' })
      : failed(
          { check: 'key', subject: keyEnv, what: `is not in the environment, and ${provider} needs it` },
          `Put it there: export ${keyEnv}=…${keysAt === undefined ? '' : `; you get one at ${keysAt}`}`,
        ),
  );
  const found = await Promise.all([
    ...packagesOf(settings).map((ref) => lookAtPackage(ref, settings)),
    ...askedModels(settings).map(([option, ref]) =>
      withAccount(ref, settings, options, (account) => lookForModel(ref, account, option)),
    ),
    ...(speech
      ? [
          withAccount(speech, settings, options, (account) =>
            lookForVoices(parseVoices(settings.voice), speech, {
              account,
              characters: charactersFor(minutes),
            }),
          ),
        ]
      : []),
    ...writersOf(settings).map(([, ref]) => lookAtPrice(ref, settings, at, 'text')),
    ...(speech ? [lookAtPrice(speech, settings, at, 'speech')] : []),
    lookAtPrompts(settings),
    lookAtDisk(directory, minutes, freeIn),
  ]);
  return [...keys, ...found.flat(), lookAtSound(speech === undefined)];
}

type Named = readonly [option: string, ref: ModelRef];

function writersOf(settings: StudioSettings): Named[] {
  const { script, judge } = modelsOf(settings);
  const both: Named[] = [
    ['--script', script],
    ['--judge', judge],
  ];
  return nameOf(script) === nameOf(judge) ? both.slice(0, 1) : both;
}

function askedModels(settings: StudioSettings): Named[] {
  const { research } = modelsOf(settings);
  return [...(research ? [['--research', research] as const] : []), ...writersOf(settings)];
}

/** One model of each provider: its package is one. */
function packagesOf(settings: StudioSettings): ModelRef[] {
  const { script, judge } = modelsOf(settings);
  return script.provider === judge.provider ? [script] : [script, judge];
}

const usualAddresses: Readonly<Record<string, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  perplexity: 'https://api.perplexity.ai/v1',
  elevenlabs: 'https://api.elevenlabs.io',
};

/** Nobody is asked without a key that he needs. */
async function withAccount(
  { provider }: ModelRef,
  settings: StudioSettings,
  { env, signal }: PreflightOptions,
  ask: (account: Account) => Promise<Finding | Finding[]>,
): Promise<Finding | Finding[]> {
  const { keyEnv, keysAt, baseUrl = usualAddresses[provider] } = providerOf(provider, settings.providers);
  const key = keyEnv === undefined ? '' : (env[keyEnv] ?? '');
  if (baseUrl === undefined || (keyEnv !== undefined && key === '')) return [];
  return ask({ provider, baseUrl, keysAt, signal, headers: headersFor(provider, key) });
}

function headersFor(provider: string, key: string): Record<string, string> {
  if (key === '') return {};
  if (provider === 'elevenlabs') return { 'xi-api-key': key };
  if (provider === 'anthropic') return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return { authorization: `Bearer ${key}` };
}

/** Opening a model sends nothing. */
async function lookAtPackage(ref: ModelRef, settings: StudioSettings): Promise<Finding> {
  const { keyEnv = '' } = providerOf(ref.provider, settings.providers);
  const said = { check: 'package', subject: ref.provider } as const;
  return finding(said, ['is installed', 'cannot be loaded'], async () => {
    await openModel(ref, { providers: settings.providers, env: { [keyEnv]: 'none' } });
  });
}

async function lookAtPrice(
  ref: ModelRef,
  settings: StudioSettings,
  at: string,
  sold: Sold,
): Promise<Finding> {
  const said = { check: 'price', subject: nameOf(ref) } as const;
  return finding(
    said,
    ['is known', 'is not known'],
    async () => (await findPrice(ref, { own: settings.prices, at, sold })).table,
  );
}

async function lookAtPrompts(settings: StudioSettings): Promise<Finding> {
  const subject = settings.prompts ?? 'our own';
  return finding(
    { check: 'prompts', subject },
    ['can be read', 'cannot be read'],
    async () => void loadPrompts(settings.prompts),
  );
}

/** Passed where the look says nothing against it; what it does say is what to do. */
async function finding(
  said: Pick<Finding, 'check' | 'subject'>,
  [what, otherwise]: readonly [string, string],
  lookAt: () => Promise<string | void>,
): Promise<Finding> {
  try {
    const source = await lookAt();
    return passed({ ...said, what: source === undefined ? what : `${what} (${source})` });
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    return failed({ ...said, what: otherwise }, error.message);
  }
}
