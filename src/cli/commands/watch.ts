import { once } from 'node:events';
import { describeEvent, openOperations, boardEpisode, type BoardEpisode } from '../../studio/index.js';
import { stateName, type SessionId } from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { Committed } from '../../record/index.js';
import { escapeForTerminal } from '../../../machines/escape.js';
import type { Context, Run } from '../command.js';
import { findEpisode } from '../find-episode.js';
import { watchTable } from '../watch-table.js';
import { forTerminal, printJson, printOut } from '../standard-output.js';

// What an eye can follow.
const redrawMs = 120;

export const run: Run = async (context, [name]) => {
  const { signal } = context;
  const manager = await context.open({ readOnly: true });
  const only = name === undefined ? undefined : await findEpisode(manager, name);
  // Before anything is shown: a key that is typed at sight of it is read as one.
  const keys = keysToLeave();
  const stop =
    context.json || !process.stdout.isTTY ? tellCommits(context, manager, only) : keepDrawing(manager, only);
  manager.follow();
  // Following keeps no process alive by itself.
  const staying = setInterval(() => {}, 60_000);
  if (!signal.aborted) await Promise.race([once(signal, 'abort'), keys.typed]);
  clearInterval(staying);
  keys.stop();
  stop();
  return { text: '' };
};

/** `typed` resolves when a person at a terminal types q, or Ctrl-C, which is a key like others while keys are read one by one. */
function keysToLeave(): { typed: Promise<void>; stop: () => void } {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return { typed: new Promise(() => {}), stop: () => {} };
  stdin.setRawMode(true);
  const typed = new Promise<void>((resolve) => {
    stdin.on('data', (keys) => {
      if (['q', 'Q', '\u0003'].some((key) => keys.includes(key))) resolve();
    });
  });
  return {
    typed,
    // Keys that are waited for keep the process, whatever else has ended it.
    stop: () => {
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

/** One line per event: for logs, and for programs. */
function tellCommits(
  { json }: Context,
  manager: ProductionStateManager,
  only: SessionId | undefined,
): () => void {
  return manager.production.onCommit(({ steps, end, by }: Committed) => {
    for (const { sessionId, event, before, after } of steps) {
      if (only !== undefined && sessionId !== only) continue;
      const text = describeEvent(event, openOperations(before?.context));
      const line = {
        position: end,
        at: event.at,
        by,
        session_id: sessionId,
        type: event.type,
        state: stateName(after),
        text,
      };
      if (json) printJson(line);
      else printOut(`${event.at} ${sessionId} ${line.state}: ${escapeForTerminal(text)}\n`);
    }
  });
}

/** The board in place, drawn anew when something has changed. */
function keepDrawing(manager: ProductionStateManager, only: SessionId | undefined): () => void {
  const { production } = manager;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    timer = undefined;
    const ids = only === undefined ? production.ids() : [only];
    const episodes = ids.flatMap((id): BoardEpisode[] => {
      const snapshot = production.find(id);
      return snapshot ? [boardEpisode(snapshot, production)] : [];
    });
    const { rows, columns } = process.stdout;
    // Home, then each line to its end, then what an earlier, longer board has left below.
    process.stdout.write(
      `\u001b[H${watchTable(episodes, production.today(), { rows, columns, nowMs: Date.now() })
        .map((line) => `${forTerminal(line)}\u001b[K`)
        .join('\n')}\u001b[J`,
    );
  };
  const soon = (): void => {
    timer ??= setTimeout(draw, redrawMs);
  };
  // A screen of its own, without a cursor, whose long lines end at its edge; what was there comes back in the end.
  process.stdout.write('\u001b[?1049h\u001b[?25l\u001b[?7l');
  draw();
  const unsubscribe = production.onCommit(soon);
  const everyMinute = setInterval(soon, 30_000);
  process.stdout.on('resize', soon);
  return () => {
    unsubscribe();
    clearTimeout(timer);
    clearInterval(everyMinute);
    process.stdout.removeListener('resize', soon);
    process.stdout.write('\u001b[?7h\u001b[?25h\u001b[?1049l');
  };
}
