import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = '', key = '', text = '']) =>
  changed(context, name, async (manager, sessionId) => {
    const { operations } = (await manager.getSnapshot(sessionId)).context;
    const question = Object.hasOwn(operations, key) ? operations[key]?.question : undefined;
    const answer = question?.choices ? text : jsonOrWords(text);
    return manager.answer({ sessionId, key, answer, by: context.by });
  });

/** JSON as it is typed, or else the words themselves. */
function jsonOrWords(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
