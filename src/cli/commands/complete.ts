import { script } from '@bomb.sh/tab';
import type { Run } from '../command.js';
import { UsageError } from '../usage-error.js';

const shells = ['bash', 'zsh', 'fish', 'powershell'];

export const run: Run = ({ json }, [shell = '']) => {
  if (!shells.includes(shell)) throw new UsageError(`complete: name a shell: ${shells.join(', ')}`);
  if (json) throw new UsageError('complete: what a shell reads is no JSON; leave --json out');
  // It writes by itself.
  script(shell, 'showrunner', 'showrunner');
  return Promise.resolve({ text: '' });
};
