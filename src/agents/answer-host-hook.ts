import { answer, type Answer } from './answer.js';
import type { Arguments } from './arguments.js';
import { answerHook } from './hooks/answer-hook.js';
import { parseHookCall } from './hooks/hook-call.js';
import type { HookHouse } from './hooks/answer-hook.js';
import { renderVerdict } from './hooks/render-verdict.js';

/** Answers a host's hook that calls this server in place of a program. A host puts each field of its payload into a text; one that it lacks is an empty text. */
export async function answerHostHook(given: Arguments, house: HookHouse): Promise<Answer> {
  const payload = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === '' ? [] : [[name, valueIn(name, value)]])),
  );
  const call = parseHookCall(payload);
  const said = renderVerdict(call, await answerHook(call, house));
  return answer({ ...said });
}

function valueIn(name: string, value: unknown): unknown {
  if (name === 'is_interrupt') return value === 'true';
  // Objects and lists have become JSON on the way; an answer that is plain text stays one.
  return name === 'tool_response' && typeof value === 'string' && /^\s*[[{]/.test(value)
    ? jsonOr(value)
    : value;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
