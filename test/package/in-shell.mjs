import { spawn } from 'node:child_process';
import { join } from 'node:path';

const serves = /showrunner (?:watch|studio|inspect|work|mcp(?! --headers)|webhook deliver(?! --once))\b/;
const listens = /showrunner (?:studio|inspect|mcp --http)\b/;
// Only what hangs takes so long, also on a machine that is four times as slow and busy with other suites.
const patienceMs = 240_000;

/**
 * Types a line, as a person does, and gives how it ended and what was to be seen. What serves is ended by Ctrl-C once it has said something, and takes
 * any port, since several do so at a time; `meanwhile` is done over and over until it has.
 */
export async function inShell({ base, cwd, command, meanwhile = async () => {} }) {
  const isServing = serves.test(command);
  const [typed = ''] = command.split(/\s+#/);
  const line = isServing ? `exec ${typed}${listens.test(command) ? ' --port 0' : ''}` : command;
  const child = spawn('bash', ['-c', `exec 2>&1; ${line}`], {
    cwd,
    detached: true,
    env: {
      ...process.env,
      PATH: `${join(base, 'node_modules', '.bin')}:${process.env.PATH}`,
      HOME: cwd,
      NO_COLOR: '1',
      EDITOR: 'true',
      npm_config_offline: 'true',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  let isOver = false;
  let isInterrupted = false;
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    if (!isServing || isInterrupted) return;
    isInterrupted = true;
    setImmediate(() => signal('SIGINT'));
  });
  const signal = (name) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  const hung = setTimeout(() => signal('SIGKILL'), patienceMs);
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) => {
      isOver = true;
      clearTimeout(hung);
      const isEnded = isInterrupted && (by === 'SIGINT' || code === 130);
      resolve({ code: isEnded ? 0 : (code ?? by), text });
    });
  });
  const isSilent = () => isServing && !isInterrupted && !isOver;
  while (isSilent()) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (isSilent()) await meanwhile();
  }
  return ended;
}
