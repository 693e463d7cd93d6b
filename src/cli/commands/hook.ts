import { text as textOf } from 'node:stream/consumers';
import { answerHook } from '../../agents/hooks/answer-hook.js';
import { hookHosts, parseHookCall, type HookCall, type HookHost } from '../../agents/hooks/hook-call.js';
import { renderVerdict } from '../../agents/hooks/render-verdict.js';
import type { Context, Run } from '../command.js';
import { UsageError } from '../usage-error.js';

/** What makes hosts refuse a tool, whatever else they make of a hook's end. */
const blocks = 2;

export const run: Run = async (context, _args, { host = 'claude' }) => {
  const named = hookHosts.find((each) => each === host);
  if (!named) throw new UsageError(`--host: is not one of ${hookHosts.join(', ')}`);
  const call = await readCall(context, named);
  if (!call) return { text: '', exit: blocks };
  const { directory, note } = context;
  const verdict = await answerHook(call, { directory, note, open: () => context.open() });
  const said = renderVerdict(call, verdict);
  return { json: said ?? {}, text: said ? JSON.stringify(said) : '' };
};

/** What cannot be read may have been a paid tool's: it blocks. */
async function readCall({ note }: Context, host: HookHost): Promise<HookCall | undefined> {
  try {
    return parseHookCall(JSON.parse(await textOf(process.stdin)) as unknown, host);
  } catch (error) {
    note(`showrunner: the hook's input cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
