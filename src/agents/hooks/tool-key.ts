import { createHash } from 'node:crypto';
import type { PersistedEpisode } from '../../../machines/index.js';
import type { HookCall } from './hook-call.js';

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** The operation key of a tool use: what was asked, by which session, in which use. Every process reads the same from the journal. */
export function toolKey(call: HookCall, count = 0): string {
  const use = call.useId === undefined ? `n${count}` : plain(call.useId);
  return `tool:${call.question}:${short(call.session)}:${use}`;
}

function plain(useId: string): string {
  return /^[\w.-]{1,100}$/.test(useId) ? useId : short(useId);
}

type Operations = PersistedEpisode['context']['operations'];

/** The open operation that an answer belongs to; where the host gives no ids, the oldest of the same question. */
export function openKeyOf(call: HookCall, operations: Operations): string | undefined {
  if (call.useId !== undefined) {
    const key = toolKey(call);
    return Object.hasOwn(operations, key) ? key : undefined;
  }
  const stem = `tool:${call.question}:${short(call.session)}:n`;
  return Object.keys(operations).find((key) => key.startsWith(stem) && operations[key]?.state !== 'held');
}

/** Calls of hooks that nobody has answered yet: all of them, or those of one session. */
export function unanswered(operations: Operations, session?: string): [key: string, at: string][] {
  const within = session === undefined ? ':' : `:${short(session)}:`;
  return Object.entries(operations).flatMap(([key, { state, at }]) =>
    key.startsWith('tool:') && key.includes(within) && state !== 'held'
      ? [[key, at] as [string, string]]
      : [],
  );
}

/** Those among them that belong to one tool use. */
export function unansweredUse(operations: Operations, session: string, useId: string): string[] {
  return unanswered(operations, session)
    .map(([key]) => key)
    .filter((key) => key.endsWith(`:${plain(useId)}`));
}

/** An earlier call of the same question of which nobody knows what became of it. */
export function heldQuestion(operations: Operations, question: string): string | undefined {
  return Object.keys(operations).find(
    (key) => key.startsWith(`tool:${question}:`) && operations[key]?.state === 'held',
  );
}
