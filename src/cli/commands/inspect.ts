import { once } from 'node:events';
import { keptTokenPath, startRelay, studioToken, tellProduction, type Relay } from '../../inspect/index.js';
import type { Run } from '../command.js';
import { findEpisode } from '../find-episode.js';
import { portOption, whenListening } from '../listening.js';
import { printJson } from '../standard-output.js';

const usualPort = 4748;

export const run: Run = async (context, [name], options) => {
  const { signal } = context;
  const port = portOption(options['port'], usualPort);
  const manager = await context.open({ make: true });
  const only = name === undefined ? undefined : await findEpisode(manager, name);
  const relay = await whenListening(() => startRelay({ token: studioToken(context.directory), port }));
  const stop = await tellProduction(manager, only, (message) => relay.tell(message));
  if (context.json)
    printJson({
      page: relay.page,
      socket: relay.socket,
      tickets: relay.tickets,
      token_file: keptTokenPath(context.directory),
    });
  else context.note(introduction(relay, only ?? 'every episode at work'));
  if (!signal.aborted) await once(signal, 'abort');
  stop();
  await relay.close();
  return { text: '' };
};

function introduction({ page, port }: Relay, what: string): string {
  return [
    `The Stately inspector on ${what}:\n\n  ${page}\n`,
    'The page is a frame around https://stately.ai/inspect: it needs the internet, and what it shows goes to that frame, without payloads',
    'and results. Without the internet use showrunner studio. Your own actors appear there too:',
    `createWebSocketInspector({ url: await inspectionAddress({ directory, port: ${port} }) }). Ctrl-C ends it.`,
  ].join('\n');
}
