import { ProductionError } from '../../machines/errors.js';
import type { SessionId } from '../../machines/ids.js';
import type { Producer, Wanted } from '../agents/produce-episode.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { Context, Options } from './command.js';
import { settingsOf } from './commands/produce.js';
import { loadCrew } from './load-crew.js';
import { nextEpisodeNumber } from '../manager/next-episode-number.js';
import {
  readProduceSettings,
  writeProduceSettings,
  type ProduceSettings,
} from '../documents/produce-settings.js';
import { UsageError } from './usage-error.js';

/**
 * Makes episodes for agents as `showrunner produce` makes them for people, with the crew and the sources that the server was started with; an
 * episode that was begun otherwise goes on as it was begun.
 * @throws UsageError on `--crew` or `--sources` that cannot be.
 */
export function producerForAgents(context: Context, options: Options): Producer {
  // Mistakes in the options are told when the server starts, not to the agent.
  if (options['crew'] !== undefined || options['sources'] !== undefined) settingsOf(options);
  return {
    produce: async (manager, wanted, { signal, onProgress }) => {
      const { id, settings } = await begun(manager, wanted, options).catch(refuse);
      const crew = await loadCrew(settings.crew).catch(refuse);
      return manager.produce(id, crew, {
        crewOptions: settings.crew_options,
        signal: AbortSignal.any([signal, context.signal]),
        onProgress,
        holder: `${context.by} (process ${process.pid})`,
        ...(settings.lease_ms === undefined ? {} : { leaseMs: settings.lease_ms }),
      });
    },
  };
}

async function begun(
  manager: ProductionStateManager,
  wanted: Wanted,
  options: Options,
): Promise<{ id: SessionId; settings: ProduceSettings }> {
  const { directory } = manager.production;
  if ('sessionId' in wanted) {
    const id = wanted.sessionId;
    manager.production.episode(id);
    const known = readProduceSettings(directory, id);
    return { id, settings: known ?? kept(manager.production, id, settingsOf(options)) };
  }
  const { topic, key, minutes } = wanted;
  const settings = settingsOf({ ...options, ...(minutes === undefined ? {} : { minutes: String(minutes) }) });
  await loadCrew(settings.crew);
  const id = await manager.createEpisodeSession({
    topic,
    ...(key === undefined ? { episodeNum: await nextEpisodeNumber(manager) } : { key }),
  });
  return { id, settings: readProduceSettings(directory, id) ?? kept(manager.production, id, settings) };
}

function kept(
  production: ProductionStateManager['production'],
  id: SessionId,
  settings: ProduceSettings,
): ProduceSettings {
  writeProduceSettings(production, id, settings);
  return settings;
}

/** What the command line tells a person is the caller's mistake to an agent too. */
function refuse(error: unknown): never {
  if (error instanceof UsageError)
    throw new ProductionError('invalid_input', error.message, { cause: error });
  throw error;
}
