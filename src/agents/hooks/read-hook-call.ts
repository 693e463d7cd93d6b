import { momentOf, parseHookCall, type HookCall, type HookHost } from './hook-call.js';

/**
 * Reads the text that a host has sent; undefined, and a note, where it cannot be read and says that it comes before no tool.
 * @throws TypeError where it cannot be read and may have come before a tool, which may cost money.
 */
export function readHookCall(
  text: string,
  host: HookHost,
  note: (text: string) => void,
): HookCall | undefined {
  try {
    return parseHookCall(JSON.parse(text) as unknown, host);
  } catch (error) {
    const why = `the hook's input cannot be read: ${(error as Error).message}`;
    if (mayComeBefore(text)) throw new TypeError(why, { cause: error });
    note(`showrunner: ${why}`);
    return undefined;
  }
}

const eventInText = /(?<!\\)"hook_event_name"\s{0,9}:\s{0,9}"([\w.]{1,60})"/;

/** What a tool is given may name events too: what stands before it counts. */
function mayComeBefore(text: string): boolean {
  const [head = ''] = text.split('"tool_', 1);
  const event = eventInText.exec(head)?.[1];
  return event === undefined || momentOf(event) === 'before';
}
