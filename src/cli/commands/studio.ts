import { fileURLToPath } from 'node:url';
import { keptTokenPath, studioToken } from '../../inspect/index.js';
import { startStudio } from '../../studio/studio.js';
import { Endpoints, deliver } from '../../telemetry/index.js';
import type { Run } from '../command.js';
import { portOption, whenListening } from '../listening.js';
import { notifyOf } from '../notify-of.js';
import { printJson } from '../standard-output.js';

const usualPort = 4747;

// The command line is bundled into dist/cli, and the page lies beside it.
const page = fileURLToPath(new URL('../studio/page/', import.meta.url));

export const run: Run = async (context, _args, options) => {
  const { signal } = context;
  const port = portOption(options['port'], usualPort);
  const manager = await context.open({ make: true, notify: notifyOf(options) });
  const studio = await whenListening(() =>
    startStudio({
      manager,
      token: studioToken(context.directory),
      port,
      page,
      by: context.by,
      note: context.note,
    }),
  );
  if (context.json)
    printJson({
      url: studio.link,
      socket: studio.socket,
      tickets: studio.tickets,
      token_file: keptTokenPath(context.directory),
    });
  else
    context.note(
      `The studio of ${context.directory} is at\n\n  ${studio.link}\n\nKeep the link to yourself: it is the key. XState actors of your own appear there too:\ncreateWebSocketInspector({ url: await inspectionAddress({ directory, port: ${studio.port} }) }). Ctrl-C stops the studio; productions go on.`,
    );
  const delivering = deliver({
    production: manager.production,
    endpoints: new Endpoints(context.directory),
    signal,
    note: context.note,
  }).catch((error: unknown) => context.note(`webhooks are not delivered: ${(error as Error).message}`));
  try {
    await manager.attend({ signal });
    await delivering;
  } finally {
    await studio.close();
  }
  return { text: '' };
};
