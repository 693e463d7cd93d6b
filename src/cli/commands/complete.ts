import { script } from '@bomb.sh/tab';
import type { Run } from '../command.js';
import { UsageError } from '../usage-error.js';

const shells = ['bash', 'zsh', 'fish', 'powershell'];

export const run: Run = (_context, [shell = '']) => {
  if (!shells.includes(shell)) throw new UsageError(`complete: name a shell: ${shells.join(', ')}`);
  // It writes by itself, and a script is no JSON.
  script(shell, 'showrunner', 'showrunner');
  return Promise.resolve({ text: '' });
};
