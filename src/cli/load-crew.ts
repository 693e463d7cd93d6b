import { pathToFileURL } from 'node:url';
import { defineCrew, type Crew } from '../crew/port.js';
import type { Estimate, Known } from '../crew/studio/estimate/estimate.js';
import type { Finding } from '../crew/studio/preflight/finding.js';
import type { PreflightOptions } from '../crew/studio/preflight/preflight.js';
import type { StudioSettings } from '../crew/studio/settings.js';
import type { SessionId } from '../../machines/ids.js';
import { importModule } from './import-module.js';
import { UsageError } from './usage-error.js';

/** The name of the crew that needs no network and no keys. */
export const offline = 'offline';

/** What is taken of the demonstration crew. */
interface OfflineModule {
  offlineCrew(): Crew;
  survey(
    topic: string,
    sources: string,
    minutes: number,
    signal: AbortSignal,
    more: { secondsEach: number | undefined; note(words: string): void; still(words: string): void },
  ): Promise<number>;
}

/** Kept out of the command line's bundle: its packages are optional, and only `produce` needs them. */
export async function offlineModule(): Promise<OfflineModule> {
  const place = new URL('../src/crew/offline/index.js', import.meta.url).href;
  return (await importModule(place)) as OfflineModule;
}

/** The name of the crew that works with paid models. */
export const studio = 'studio';

/** What is taken of the studio crew. */
interface StudioModule {
  studioCrew(): Crew;
  parseSettings(given: unknown): StudioSettings;
  refuseMissingKeys(settings: StudioSettings, env: NodeJS.ProcessEnv): void;
  missingKeys(settings: StudioSettings, env: NodeJS.ProcessEnv): { keyEnv: string }[];
  preflight(settings: StudioSettings, options: PreflightOptions): Promise<Finding[]>;
  estimate(settings: StudioSettings, minutes: number, at: string, known: Known): Promise<Estimate>;
}

/** As the demonstration crew, it is loaded where it is used. */
export async function studioModule(): Promise<StudioModule> {
  const place = new URL('../src/crew/studio/index.js', import.meta.url).href;
  return (await importModule(place)) as StudioModule;
}

/** A crew of ours by its name, or the default export of a module: of an episode, the one that it was begun with. */
export async function loadCrew(crew: string, sessionId?: SessionId): Promise<Crew> {
  if (crew === studio) return (await studioModule()).studioCrew();
  if (crew === offline) {
    const { offlineCrew } = await offlineModule();
    return offlineCrew();
  }
  try {
    const module = (await importModule(pathToFileURL(crew).href)) as { default?: Crew; crew?: Crew };
    return defineCrew(module.default ?? module.crew ?? ({} as Crew));
  } catch (error) {
    const moved =
      sessionId && ` Where it lies elsewhere now: showrunner produce ${sessionId} --crew <module>`;
    throw new UsageError(
      `--crew: ${crew} gives no crew: ${(error as Error).message}. Its default export must be defineCrew({ research, script, audio }).${moved ?? ''}`,
    );
  }
}
