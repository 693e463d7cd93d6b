import { spawnSync } from 'node:child_process';
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
