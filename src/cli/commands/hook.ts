import { text as textOf } from 'node:stream/consumers';
import { answerHook } from '../../agents/hooks/answer-hook.js';
import { hookHosts, type HookCall, type HookHost } from '../../agents/hooks/hook-call.js';
import { readHookCall } from '../../agents/hooks/read-hook-call.js';
import { renderVerdict } from '../../agents/hooks/render-verdict.js';
import type { Run } from '../command.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, _args, { host = 'claude' }) => {
  const named = hookHosts.find((each) => each === host);
  if (!named) throw new UsageError(`--host: is not one of ${hookHosts.join(', ')}`);
  if (process.stdin.isTTY)
    throw new UsageError(
      "hook reads a host's call as JSON from standard input; showrunner connect sets it up",
    );
  const { directory, note } = context;
  const call = read(await textOf(process.stdin), named, note);
  if (!call) return { json: {}, text: '' };
  const verdict = await answerHook(call, { directory, note, open: () => context.open() });
  const said = renderVerdict(call, verdict);
  return { json: said ?? {}, text: said ? JSON.stringify(said) : '' };
};

/** What cannot be read may have been a paid tool's: a wrong use ends with 2, which blocks it. */
function read(text: string, host: HookHost, note: (text: string) => void): HookCall | undefined {
  try {
    return readHookCall(text, host, note);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
