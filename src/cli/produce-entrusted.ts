import { escapeForTerminal } from '../../machines/escape.js';
import { parseSessionId } from '../../machines/ids.js';
import { readProduceSettings } from '../documents/produce-settings.js';
import type { ProduceEntrusted } from '../restate/entrusted.js';
import type { Context, Options } from './command.js';
import { settingsOf } from './commands/produce.js';
import { loadCrew } from './load-crew.js';
import { localOptionsOf } from './local-options.js';
import { UsageError } from './usage-error.js';

/** Works with a crew on what Restate is entrusted with. The production is opened with the first episode: its log may be served by this very process. */
export async function produceEntrusted(context: Context, options: Options): Promise<ProduceEntrusted> {
  const { log } = context;
  if (log?.on !== 'restate')
    throw new UsageError('--crew: say whose episodes, with --restate <urls> or SHOWRUNNER_URL');
  const settings = settingsOf(options);
  const crew = await loadCrew(settings.crew);
  const local = localOptionsOf(options);
  return async ({ production, sessionId: given, signal }) => {
    const sessionId = parseSessionId(given);
    if (production !== log.production)
      throw new UsageError(`this worker makes episodes of ${log.production}, and not of ${production}`);
    const manager = await context.open({ make: true });
    const { directory, redactor } = manager.production;
    const produced = await manager.produce(sessionId, crew, {
      signal: AbortSignal.any([signal, context.signal]),
      holder: `${context.by} (process ${process.pid})`,
      leaseMs: settings.lease_ms ?? 60_000,
      crewOptions: readProduceSettings(directory, sessionId)?.crew_options ?? settings.crew_options,
      ...local,
    });
    const { outcome, reason } = produced;
    context.note(
      escapeForTerminal(redactor.message(`${sessionId}: ${outcome}${reason === null ? '' : `: ${reason}`}`)),
    );
    return produced;
  };
}
