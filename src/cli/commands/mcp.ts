import { once } from 'node:events';
import { join } from 'node:path';
import type { Result, Run } from '../command.js';
import type { House } from '../../agents/server.js';
import { agentsHeaders, agentsToken, agentsTokenFile } from '../../agents/token.js';
import { producerForAgents } from '../producer-for-agents.js';
import { mcpPort, portOption, whenListening } from '../listening.js';
import { keepStandardOutput, printOut } from '../standard-output.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, _args, options) => {
  const { signal, directory } = context;
  if (options['headers'] === true) return headersOf(directory);
  // Loaded late: a host waits for the headers at each connection.
  const { serveOverHttp, serveOverStdio } = await import('../../agents/serve.js');
  const listed = process.env['SHOWRUNNER_TOOLS'] || 'all';
  if (listed !== 'core' && listed !== 'all') throw new UsageError('SHOWRUNNER_TOOLS: is not core or all');
  const house: House = {
    open: context.open,
    directory,
    note: context.note,
    by: context.by,
    listed,
    producer: producerForAgents(context, options),
  };
  if (options['http'] === true) {
    const port = portOption(options['port'], mcpPort);
    const token = agentsToken(directory);
    const serving = await whenListening(() => serveOverHttp(house, { port, token }));
    context.note(`MCP at ${serving.url}, for who brings ${whereTokenIs(directory, token)}; Ctrl-C stops it.`);
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

/** Where nothing can be written, only the terminal has it. */
function whereTokenIs(directory: string, token: string): string {
  const isKept = agentsHeaders(directory) !== undefined;
  return isKept
    ? `the token in ${join(directory, agentsTokenFile)}`
    : `this token, which could not be kept in ${directory}: Authorization: Bearer ${token}`;
}

/** For a host that asks a program for what it sends, as Claude Code's `headersHelper` does. */
function headersOf(directory: string): Result {
  const headers = agentsHeaders(directory);
  if (headers) return { json: headers, text: JSON.stringify(headers) };
  throw new UsageError(
    `--headers: no token is kept in ${directory}; start showrunner mcp --http there first`,
  );
}
