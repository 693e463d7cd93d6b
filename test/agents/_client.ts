import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { serveOverHttp } from '../../src/agents/serve.js';
import { ProductionStateManager } from '../../src/index.js';
import { urlFor } from '../support/cli.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export type Era = 'old' | 'new';
export type Way = 'stdio' | 'http';

export interface Connected {
  client: Client;
  directory: string;
  /** Calls a tool; gives its object, and whether it was refused. */
  call: (
    name: string,
    given?: Record<string, unknown>,
    toolUseId?: string,
  ) => Promise<{ found: Record<string, unknown>; refused: boolean; bytes: number }>;
}

export interface Person {
  action: 'accept' | 'decline' | 'cancel';
  approve?: boolean;
}

export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'showrunner-agents-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A client in one protocol over one transport; `person` answers its questions, and nobody can be asked without one; `more` are options of the command. */
export async function connect(
  way: Way,
  era: Era,
  directory: string,
  person?: Person,
  ...more: string[]
): Promise<Connected> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: person ? { elicitation: { form: {} } } : {},
      versionNegotiation: { mode: era === 'old' ? 'legacy' : { pin: '2026-07-28' } },
    },
  );
  if (person)
    client.setRequestHandler('elicitation/create', () => ({
      action: person.action,
      ...(person.approve === undefined ? {} : { content: { approve: person.approve } }),
    }));
  await client.connect(way === 'stdio' ? stdio(directory, more) : await http(directory));
  onTestFinished(() => client.close());
  return {
    client,
    directory,
    call: async (name, given = {}, toolUseId) => {
      const result = await client.callTool({
        name,
        arguments: given,
        ...(toolUseId === undefined ? {} : { _meta: { 'claudecode/toolUseId': toolUseId } }),
      });
      return {
        found: result.structuredContent as Record<string, unknown>,
        refused: result.isError === true,
        bytes: Buffer.byteLength(JSON.stringify(result)),
      };
    },
  };
}

function stdio(directory: string, more: readonly string[]): StdioClientTransport {
  const url = urlFor(directory);
  return new StdioClientTransport({
    ...(url && { env: { SHOWRUNNER_URL: url } }),
    command: process.execPath,
    args: [main, 'mcp', '--directory', directory, '--by', 'tester', ...more],
    stderr: 'inherit',
  });
}

async function http(directory: string): Promise<StreamableHTTPClientTransport> {
  const manager = await ProductionStateManager.open({ directory });
  onTestFinished(() => manager.close());
  const serving = await serveOverHttp(
    { open: async () => manager, directory, note: () => {}, by: 'tester' },
    { port: 0, token: 'token' },
  );
  onTestFinished(() => serving.close());
  return new StreamableHTTPClientTransport(new URL(serving.url), {
    requestInit: { headers: { authorization: 'Bearer token' } },
  });
}
