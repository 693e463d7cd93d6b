import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hooksFolder } from '../../reports/hooks-folder.js';
import type { Options, Run } from '../command.js';
import { showFast } from '../from-documents.js';
import { showText } from '../show-text.js';

export const run: Run = async (context, [name = ''], options) => {
  const answers = (await context.isCurrent()) && isPlain(context.directory, options);
  const known = answers ? showFast(context.directory, name) : undefined;
  // What open calls are made with stands in the journal.
  if (known && Object.keys(known.persisted.context.operations).length === 0)
    return { text: showText(known, {}, []) };
  const { showWhole } = await import('../show-whole.js');
  return showWhole(await context.open({ looks: true }), context.directory, name);
};

/** Whether the documents say all of it: nothing is to be taken in first, and what hooks have counted is theirs to tell. */
function isPlain(directory: string, { json, policy }: Options): boolean {
  return (
    json !== true &&
    policy === undefined &&
    !['policy.json', hooksFolder].some((each) => existsSync(join(directory, each)))
  );
}
