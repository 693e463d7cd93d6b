import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { loadCrew } from '../load-crew.js';
import { tellOfCrews } from '../tell-of-crews.js';
import { notifyOf } from '../notify-of.js';
import { progressLines } from '../progress-lines.js';
import { readProduceSettings } from '../../documents/produce-settings.js';
import { localOptionsOf } from '../local-options.js';
import { settingsOf, wholeNumber } from './produce.js';

export const run: Run = async (context, _args, options) => {
  const { signal } = context;
  const concurrency =
    typeof options['concurrency'] === 'string' ? wholeNumber(options['concurrency'], '--concurrency') : 1;
  const settings = settingsOf(options);
  const crew = await loadCrew(settings.crew);
  const manager = await context.open({ make: true, notify: notifyOf(options) });
  const { directory, redactor } = manager.production;
  tellOfCrews(context, manager);
  manager.on('error', (error) => context.note(escapeForTerminal(redactor.message(String(error)))));
  const progress = progressLines(context, true);
  context.note('working on every episode that is ready; end it with Ctrl-C');
  const worked = await manager.work(crew, {
    concurrency,
    signal,
    holder: `${context.by} (process ${process.pid})`,
    onProgress: progress.show,
    // How an episode was begun, so it goes on; one of another crew is none of this worker's.
    takes: ({ session_id: id }) =>
      (readProduceSettings(directory, id as never)?.crew ?? settings.crew) === settings.crew,
    optionsFor: (id) => readProduceSettings(directory, id)?.crew_options,
    crewOptions: settings.crew_options,
    ...localOptionsOf(options),
    onProduced: ({ sessionId, outcome, reason }) =>
      context.note(
        escapeForTerminal(
          redactor.message(`${sessionId}: ${outcome}${reason === null ? '' : `: ${reason}`}`),
        ),
      ),
  });
  progress.end();
  const { taken, complete, waiting, failed, interrupted } = worked;
  return {
    json: worked,
    text: `taken ${taken} times: ${complete} complete, ${waiting} waiting for a person, ${failed} failed, ${interrupted} put in order and left`,
  };
};
