import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, median, ratio, timed } from './measure.js';

const commandLine = join(process.cwd(), 'dist/cli/main.js');

export interface ColdStart {
  /** Wall time of `list` over that of an empty Node process. */
  ratio: number;
  listMs: number;
  nodeMs: number;
}

/** Wall time of a command of the bundled command line, `list` if none is named; null while it is not built, or the command fails. */
export async function coldStart(
  directory: string,
  rounds: number,
  command: readonly string[] = ['list', '--json'],
): Promise<ColdStart | null> {
  const list = [commandLine, ...command, '--directory', directory];
  if (!existsSync(commandLine) || spawnSync(process.execPath, list, { input: '' }).status !== 0) return null;
  const run = (parameters: string[]) => () =>
    timed(() => spawnSync(process.execPath, parameters, { stdio: 'ignore' }));
  const pairs = await alternate(rounds, run(['-e', '0']), run(list));
  return {
    ratio: ratio(pairs),
    listMs: median(pairs.map(({ b }) => b)),
    nodeMs: median(pairs.map(({ a }) => a)),
  };
}

const hello = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};

/** Wall time until `showrunner mcp` has answered its first request, over that of an empty Node process; null while it is not built. */
export async function serverReady(directory: string, rounds: number): Promise<ColdStart | null> {
  if (!existsSync(commandLine)) return null;
  const ready = async (): Promise<number> => {
    const began = performance.now();
    const server = spawn(process.execPath, [commandLine, 'mcp', '--directory', directory], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    server.stdin.write(`${JSON.stringify(hello)}\n`);
    const [answer] = (await Promise.race([
      once(server.stdout, 'data'),
      once(server, 'exit').then(() => ['']),
    ])) as [Buffer | string];
    const took = performance.now() - began;
    if (!answer.toString().includes('"result"')) throw new Error('showrunner mcp did not answer');
    const gone = once(server, 'exit');
    server.stdin.end();
    await gone;
    return took;
  };
  const node = (): Promise<number> =>
    timed(() => spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' }));
  const pairs = await alternate(rounds, node, ready);
  return {
    ratio: ratio(pairs),
    listMs: median(pairs.map(({ b }) => b)),
    nodeMs: median(pairs.map(({ a }) => a)),
  };
}
