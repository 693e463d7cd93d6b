// One client's session with our server, in the Node that this is run by: node mcp-session.mjs <server's node> <main.js> <stdio|http> <old|new> <folder>.
// Prints what was told of the money; whatever goes wrong ends it with an error.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [node, main, way, era, directory] = process.argv.slice(2);
const words = [main, 'mcp', '--directory', directory, '--by', 'tester'];

async function overHttp() {
  const server = spawn(node, [...words, '--http', '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stdout.on('data', (text) => (said += String(text)));
  for await (const line of createInterface({ input: server.stderr })) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\/mcp/.exec(line) ?? [];
    if (!url) continue;
    const headers = execFileSync(node, [...words, '--headers'], { encoding: 'utf8' });
    const requestInit = { headers: JSON.parse(headers) };
    return {
      transport: new StreamableHTTPClientTransport(new URL(url), { requestInit }),
      server,
      said: () => said,
    };
  }
  throw new Error('the server ended');
}

const overStdio = () => ({
  transport: new StdioClientTransport({ command: node, args: words, stderr: 'inherit' }),
  server: undefined,
  said: () => '',
});

const { transport, server, said } = way === 'http' ? await overHttp() : overStdio();
const client = new Client(
  { name: 'test', version: '1' },
  { versionNegotiation: { mode: era === 'old' ? 'legacy' : { pin: '2026-07-28' } } },
);
try {
  await client.connect(transport);
  const call = async (name, given, toolUseId) => {
    const _meta = toolUseId === undefined ? {} : { _meta: { 'claudecode/toolUseId': toolUseId } };
    const { isError, structuredContent } = await client.callTool({ name, arguments: given, ..._meta });
    if (isError) throw new Error(`${name}: ${JSON.stringify(structuredContent)}`);
    return structuredContent;
  };
  const { tools } = await client.listTools();
  const { session_id: id } = await call('create_episode', { episode_num: 1, topic: 'Why bees dance' });
  await call('update_phase', { session_id: id, phase: 'research', status: 'active' });
  const record = { session_id: id, action: 'record', phase: 'research', operation: 'search', cost: '0.10' };
  await call('settle_cost', record, 'toolu_1');
  await call('settle_cost', record, 'toolu_1');
  await call(
    'reserve_cost',
    { session_id: id, phase: 'research', operation: 'ask', max_cost: '0.25' },
    'toolu_2',
  );
  await call('settle_cost', { session_id: id, action: 'settle', key: 'tool:toolu_2', cost: '0.05' });
  const { phases } = await call('get_episode', { session_id: id, view: 'money' });
  await client.close();
  console.log(
    JSON.stringify({
      node: process.version,
      tools: tools.length,
      spent: phases.research.spent,
      printed: said(),
    }),
  );
} finally {
  server?.kill('SIGTERM');
  if (server) await once(server, 'exit');
}
