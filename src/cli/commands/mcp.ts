import { once } from 'node:events';
import type { Run } from '../command.js';
import { serveOverHttp, serveOverStdio } from '../../agents/serve.js';
import type { House } from '../../agents/server.js';
import { producerForAgents } from '../producer-for-agents.js';
import { portOption, whenListening } from '../listening.js';
import { keepStandardOutput, printOut } from '../standard-output.js';
import { UsageError } from '../usage-error.js';

const usualPort = 4748;

export const run: Run = async (context, _args, options) => {
  const { signal } = context;
  const listed = process.env['SHOWRUNNER_TOOLS'] || 'all';
  if (listed !== 'core' && listed !== 'all') throw new UsageError('SHOWRUNNER_TOOLS: is not core or all');
  const house: House = {
    open: context.open,
    directory: context.directory,
    note: context.note,
    by: context.by,
    listed,
    producer: producerForAgents(context, options),
  };
  if (options['http'] === true) {
    const port = portOption(options['port'], usualPort);
    const serving = await whenListening(() => serveOverHttp(house, port));
    context.note(`MCP at ${serving.url}; Ctrl-C stops it.`);
    if (!signal.aborted) await once(signal, 'abort');
    await serving.close();
    return { text: '' };
  }
  // Standard output carries the protocol alone, whatever else prints.
  keepStandardOutput();
  const ended = new AbortController();
  const serving = serveOverStdio(house, printOut, () => ended.abort());
  const both = AbortSignal.any([signal, ended.signal]);
  if (!both.aborted) await once(both, 'abort');
  await serving.close();
  return { text: '' };
};
