import { text as textOf } from 'node:stream/consumers';
import { statusLine } from '../../agents/status-line.js';
import type { Run } from '../command.js';

export const run: Run = async (context) => {
  const session = process.stdin.isTTY ? undefined : sessionIn(await textOf(process.stdin));
  const line = await statusLine(await context.open({ readOnly: true }), context.directory, session);
  return { json: { line }, text: line };
};

/** Hosts send their session as JSON; whoever sends nothing gets the only episode. */
function sessionIn(input: string): string | undefined {
  try {
    const { session_id: id } = JSON.parse(input) as { session_id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
