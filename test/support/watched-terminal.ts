import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** `showrunner watch` in a terminal of its own, which `script` gives it; ended when the test is over. `said` is all that it has shown. */
export function watchInTerminal(directory: string): {
  child: ChildProcessWithoutNullStreams;
  said: () => string;
} {
  const child = spawn(
    'script',
    [
      '-qec',
      `stty rows 30 cols 120; exec '${process.execPath}' '${main}' watch --directory '${directory}'`,
      '/dev/null',
    ],
    { detached: true },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, said: () => said };
}
