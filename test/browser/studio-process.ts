import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

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
  const child = spawn(process.execPath, [main, 'studio', '--directory', directory, '--port', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const link = await linkOf(child);
  const { origin, port: taken } = new URL(link);
  return {
    link, origin, port: Number(taken),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The same, stopped when the test is over. */
export async function studioFor(directory: string, port = 0): Promise<StudioProcess> {
  const studio = await startStudio(directory, port);
  onTestFinished(() => studio.kill());
  return studio;
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
    child.on('exit', (code) => reject(new Error(`showrunner studio ended with ${String(code)} before it printed a link: ${said}`)));
  });
}
