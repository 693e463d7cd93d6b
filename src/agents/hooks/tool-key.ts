import { createHash } from 'node:crypto';
import { hasKey, type PersistedEpisode } from '../../../machines/index.js';
import type { HookCall } from './hook-call.js';

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** The operation key of a tool use: what was asked, by which session, in which use. Every process reads the same from the journal. */
export function toolKey(call: HookCall): string {
  return `${stemOf(call)}${call.useId === undefined ? 'n0' : plain(call.useId)}`;
}

/** The key that a tool use is reserved under; where the host gives no ids, one that this question has not had. */
export function reservedKey(
  call: HookCall,
  { operations, paid }: Pick<PersistedEpisode['context'], 'operations' | 'paid'>,
): string {
  let key = toolKey(call);
  if (call.useId !== undefined) return key;
  for (let n = 1; hasKey(paid, key) || Object.hasOwn(operations, key); n += 1) key = `${stemOf(call)}n${n}`;
  return key;
}

const stemOf = ({ question, session }: HookCall): string => `tool:${question}:${short(session)}:`;

function plain(useId: string): string {
  return /^[\w.-]{1,100}$/.test(useId) ? useId : short(useId);
}

type Operations = PersistedEpisode['context']['operations'];

/** The open operation that an answer belongs to; where the host gives no ids, the oldest of the same question. */
export function openKeyOf(call: HookCall, operations: Operations): string | undefined {
  if (call.useId !== undefined) {
    const key = toolKey(call);
    return Object.hasOwn(operations, key) ? key : useIn(Object.keys(operations), call);
  }
  const stem = `${stemOf(call)}n`;
  return Object.keys(operations).find((key) => key.startsWith(stem) && operations[key]?.state !== 'held');
}

/** Of keys the one of a call's tool use, whatever it was asked: somebody else's hook may change that after it was reserved. */
export function useIn(keys: readonly string[], { session, useId }: HookCall): string | undefined {
  if (useId === undefined) return undefined;
  const end = `:${short(session)}:${plain(useId)}`;
  return keys.find((key) => key.startsWith('tool:') && key.endsWith(end));
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
