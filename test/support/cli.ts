import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a run of the command line ended. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as the one JSON object that `--json` promises. */
  json: () => Record<string, unknown>;
}

interface Running {
  ended: Promise<Ran>;
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves when standard output or standard error has shown the text. */
  said: (text: string) => Promise<void>;
}

/** With `SHOWRUNNER_TEST_LOG` each folder is the copy of a production of its own in that log: the same tests hold there. Where it is. */
export function urlFor(directory: string): string | undefined {
  const log = process.env['SHOWRUNNER_TEST_LOG'];
  return log === undefined ? undefined : `${log}#${encodeURIComponent(directory.slice(-100))}`;
}

/** Starts the built command line on a production. */
export function start(directory: string, args: string[], env: Record<string, string> = {}): Running {
  if (!existsSync(main)) throw new Error('dist/cli/main.js is missing: run npm ci, which builds it');
  const url = urlFor(directory);
  const child = spawn(process.execPath, [main, '--directory', directory, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...(url && { SHOWRUNNER_URL: url }), ...env },
    // Nobody types: what reads its input finds the end of it.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string; tell: () => void }[] = [];
  const hasSaid = (text: string): boolean => stdout.includes(text) || stderr.includes(text);
  const tellWhoWaits = (): void => {
    for (const each of waiting) if (hasSaid(each.text)) each.tell();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tellWhoWaits();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tellWhoWaits();
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }),
    );
  });
  return {
    ended,
    kill: (signal) => child.kill(signal),
    said: (text) => new Promise((tell) => (hasSaid(text) ? tell() : waiting.push({ text, tell }))),
  };
}

export function run(directory: string, ...args: string[]): Promise<Ran> {
  return start(directory, args).ended;
}
