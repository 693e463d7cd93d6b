import { escapeForTerminal } from '../../machines/escape.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { crewText } from '../shapes/crew-text.js';
import type { Context } from './command.js';

/** Says that another crew, or another version of it, takes an episode up. */
export function tellOfCrews(context: Context, manager: ProductionStateManager): void {
  manager.on('crew:changed', ({ sessionId, from, to, local }) => {
    if (local)
      context.note(
        escapeForTerminal(`${sessionId}: crew ${crewText(from)} before, ${crewText(to)} from now on`),
      );
  });
}
