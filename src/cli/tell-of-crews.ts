import { escapeForTerminal } from '../../machines/escape.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { Context } from './command.js';

/** Says that another crew, or another version of it, takes an episode up. */
export function tellOfCrews(context: Context, manager: ProductionStateManager): void {
  manager.on('crew:changed', ({ sessionId, from, to, local }) => {
    const called = ({ name, version }: typeof from): string =>
      version === null ? name : `${name} ${version}`;
    if (local)
      context.note(escapeForTerminal(`${sessionId}: crew ${called(from)} before, ${called(to)} from now on`));
  });
}
