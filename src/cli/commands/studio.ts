import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startStudio, type Studio } from '../../studio/studio.js';
import { studioToken, tokenPath } from '../../studio/token.js';
import type { Context, Run } from '../command.js';
import { UsageError } from '../usage-error.js';

const usualPort = 4747;

// The command line is bundled into dist/cli, and the page lies beside it.
const page = fileURLToPath(new URL('../studio/page/', import.meta.url));

export const run: Run = async (context, _args, options) => {
  const port = typeof options['port'] === 'string' ? portOf(options['port']) : usualPort;
  const manager = await context.open();
  const studio = await started(context, () =>
    startStudio({ manager, token: studioToken(context.directory), port, page, by: context.by, note: context.note }),
  );
  if (context.json) process.stdout.write(`${JSON.stringify({ url: studio.link, token_file: tokenPath(context.directory) })}\n`);
  else context.note(`The studio of ${context.directory} is at\n\n  ${studio.link}\n\nKeep the link to yourself: it is the key. Ctrl-C stops the studio; productions go on.`);
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await studio.close();
  return { json: { stopped: true }, text: '' };
};

async function started(context: Context, start: () => Promise<Studio>): Promise<Studio> {
  try {
    return await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new UsageError('--port: the port is taken, perhaps by another studio; name another, or 0 for any free one');
    if (code === 'EACCES') throw new UsageError('--port: this user may not listen there; name one above 1023, or 0 for any free one');
    throw error;
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError('--port: a whole number from 0 to 65535; 0 takes any free one');
}
