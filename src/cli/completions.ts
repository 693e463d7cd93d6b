import { resolve } from 'node:path';
import { RootCommand, type Complete } from '@bomb.sh/tab';
import { escapeForTerminal } from '../../machines/escape.js';
import { phaseNames } from '../../machines/phase-names.js';
import { catalog } from './catalog.js';
import { listFast } from './from-documents.js';

/** What the arguments of commands may be, by the names that their usage has. */
function valuesOf(directory: string): Record<string, (complete: Complete) => void> {
  return {
    episode: (complete) => {
      for (const { session_id: id, topic } of listFast(resolve(directory))?.states ?? [])
        complete(id, escapeForTerminal(topic.replaceAll(/\s+/g, ' ')).slice(0, 60));
    },
    phase: (complete) => phaseNames.forEach((phase) => complete(phase, 'phase')),
    status: (complete) =>
      ['active', 'complete', 'skipped', 'failed'].forEach((status) => complete(status, 'status')),
    scope: (complete) => [...phaseNames, 'total', 'day'].forEach((scope) => complete(scope, 'budget')),
    shell: (complete) => ['bash', 'zsh', 'fish', 'powershell'].forEach((shell) => complete(shell, 'shell')),
    host: (complete) =>
      ['claude', 'codex', 'gemini', 'cursor', 'opencode'].forEach((host) => complete(host, "agents' host")),
  };
}

/** Prints what the words that a person has typed so far may go on with, as a shell's completion script wants it. */
export function complete(words: string[], directory: string): Promise<void> {
  const root = new RootCommand();
  const values = valuesOf(directory);
  for (const { name, summary, usage, options } of catalog) {
    const command = root.command(name, summary);
    for (const [flags, description] of options) {
      const [flag = ''] = flags.split(' ');
      // Only one that takes a value keeps the shell from going on with the next option.
      if (flags.includes('<')) command.option(flag.slice(2), description, () => {});
      else command.option(flag.slice(2), description);
    }
    for (const [, argument = ''] of usage.matchAll(/[<[]([\w-]+)/g))
      command.argument(argument, (say) => values[argument]?.(say));
  }
  root.command('help', 'Show help on a command.').argument('command', (say) => {
    for (const { name, summary } of catalog) say(name, summary);
  });
  root.parse(words);
  return Promise.resolve();
}
