import { existsSync } from 'node:fs';
import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { readJson } from '../read-json.js';
import { UsageError } from '../usage-error.js';

export const run: Run = (context, [name = '', key = '', amount], { result }) =>
  changed(context, name, (manager, sessionId) =>
    manager.settleCost({
      sessionId,
      key,
      ...(amount === undefined ? {} : { cost: amount }),
      ...(typeof result === 'string' ? { result: resultIn(result) } : {}),
    }),
  );

/** JSON as it is typed, a file of it, or `none`: the worker gets null. */
function resultIn(text: string): unknown {
  if (text === 'none') return null;
  if (existsSync(text)) return readJson(text);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(
      `--result: ${text.slice(0, 80)} is neither JSON nor a file. Text is JSON in quotes: --result '"…"'; none where there is no result`,
    );
  }
}
