import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { urlFor } from '../support/cli.js';

// The tests and programs that use this run in the repository's folder, also when they are bundled.
const main = resolve('dist/cli/main.js');

/** The studio's server in a process of its own, as a person starts it. */
export interface StudioProcess {
  /** With the token in its fragment. */
  link: string;
  origin: string;
  port: number;
  /** As a crash stops it. */
  kill(): Promise<void>;
}

/** Starts `showrunner studio` and waits for the link that it prints. */
export async function startStudio(directory: string, port = 0): Promise<StudioProcess> {
  const url = urlFor(directory);
  const child = spawn(process.execPath, [main, 'studio', '--directory', directory, '--port', String(port)], {
    env: { ...process.env, ...(url && { SHOWRUNNER_URL: url }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const link = await linkOf(child);
  const { origin, port: taken } = new URL(link);
  return {
    link,
    origin,
    port: Number(taken),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function linkOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const read = (text: string): void => {
      said += text;
      const link = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w.~-]+/.exec(said)?.[0];
      if (link) resolve(link);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`showrunner studio ended with ${String(code)} before it printed a link: ${said}`)),
    );
  });
}
