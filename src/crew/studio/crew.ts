import * as z from 'zod';
import { ProductionError } from '../../../machines/index.js';
import { minutesRange, usualMinutes } from '../own-ranges.js';
import { defineCrew, type Crew, type PhaseContext } from '../port.js';
import { answerNotes } from './answer-notes.js';
import { backgroundAnswers } from './models/background.js';
import { openModel } from './models/open-model.js';
import { providerOf } from './models/providers.js';
import { presetOf } from './research/presets.js';
import type { SearchAccess } from './research/search.js';
import { loadPrompts } from './script/prompts.js';
import { modelsOf, parseSettings, refuseMissingKeys, type StudioSettings } from './settings.js';
import type { ModelRef } from './types.js';

/** Where the crew finds what it cannot find by itself. */
export interface StudioCrewSettings {
  /** The environment with the keys; default that of the process. */
  env?: Environment | undefined;
  /** The compiled workers, for those who bundle this folder. */
  voiceWorker?: URL | undefined;
  readerWorker?: URL | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const perplexityUrl = 'https://api.perplexity.ai/v1';

const Minutes = z.number().min(minutesRange.least).max(minutesRange.most).default(usualMinutes);

/**
 * A crew that writes with the models that you pay: research from your own sources or by a search, a script whose every line is checked against them by another model, and the voices of ElevenLabs, of OpenAI, or the offline ones. Its
 * options (`context.options`) are `sources` and `minutes`, as those of the offline crew, and `studio`, a {@link StudioSettings}. Keys come from the environment.
 */
export function studioCrew({ env = process.env, voiceWorker, readerWorker }: StudioCrewSettings = {}): Crew {
  return defineCrew({
    name: 'studio',
    version: '1',
    research: async (context) => {
      const settings = settingsOf(context);
      refuseMissingKeys(settings, env);
      await forecast(context, settings);
      const { studioResearch } = await import('./research/research.js');
      const search = searchAccess(settings, env);
      return studioResearch(context, minutesOf(context), { search, readerWorker });
    },
    script: async (context) => {
      const settings = settingsOf(context);
      refuseMissingKeys(settings, env);
      await forecast(context, settings);
      const { script, judge } = modelsOf(settings);
      const access = { providers: settings.providers, env };
      const notes = answerNotes(context, 'answers');
      const storedOf = (ref: ModelRef) => backgroundAnswers(ref, access, { notes, pollMs: settings.poll_ms });
      const models = {
        stored: { script: storedOf(script), judge: storedOf(judge) },
        script: await openModel(script, access),
        judge: await openModel(judge, access),
        providers: { script: script.provider, judge: judge.provider },
        prices: settings.prices,
      };
      const { writeScript } = await import('./script/script.js');
      return writeScript(context, minutesOf(context), { models, prompts: loadPrompts(settings.prompts) });
    },
    audio: async (context) => {
      const settings = settingsOf(context);
      refuseMissingKeys(settings, env);
      await forecast(context, settings);
      const { studioAudio } = await import('./voice/studio-audio.js');
      return studioAudio(context, { settings, env, worker: voiceWorker });
    },
  });
}

async function forecast(context: PhaseContext, settings: StudioSettings): Promise<void> {
  const { forecastPhase } = await import('./estimate/forecast.js');
  await forecastPhase(context, settings, minutesOf(context));
}

function searchAccess(settings: StudioSettings, env: Environment): SearchAccess | undefined {
  const { research } = modelsOf(settings);
  if (!research) return undefined;
  const { keyEnv = '', baseUrl = perplexityUrl } = providerOf(research.provider, settings.providers);
  const maxCost = settings.research_max_cost;
  return {
    baseUrl,
    apiKey: env[keyEnv] ?? '',
    preset: presetOf(research.model),
    maxCost,
    pollMs: settings.poll_ms,
  };
}

function settingsOf({ options }: PhaseContext): StudioSettings {
  return parseSettings(options['studio'] ?? {});
}

function minutesOf({ options, sessionId }: PhaseContext): number {
  const parsed = Minutes.safeParse(options['minutes']);
  if (parsed.success) return parsed.data;
  throw new ProductionError(
    'invalid_input',
    `minutes: is not a number from ${minutesRange.least} to ${minutesRange.most}.`,
    {
      sessionId,
      field: 'minutes',
    },
  );
}
