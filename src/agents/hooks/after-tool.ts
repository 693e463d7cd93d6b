import { ProductionError, keyWord, type PhaseName, type SessionId } from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { decimal } from '../answer.js';
import { bookedCall } from './booked-call.js';
import { subagentPhase } from './before-tool.js';
import { episodeFor } from './episode-of-hook.js';
import { provesFree } from './failed-call.js';
import { pass, type Hooked, type Verdict } from './hook-house.js';
import { priceOf, type PricedTool } from './hook-table.js';
import { isOwnTool } from './own-tool.js';
import { countIn } from './session-notes.js';
import { objectsOf, saysFailed, statedCost } from './stated-cost.js';
import { messagesOf, tokenCost } from './token-cost.js';
import { toolKey } from './tool-key.js';

/** After a tool has answered: what it cost is settled; an answer that says it failed is a failure. */
export async function afterTool(hooked: Hooked): Promise<Verdict> {
  const { call, table, notes } = hooked;
  if (isOwnTool(call, table)) {
    const [made] = objectsOf(call.response).map(({ session_id: id }) => id);
    if (typeof made === 'string') notes.episode = made;
    return pass;
  }
  const priced = priceOf(table, call.tool);
  if (priced && saysFailed(call.response)) return failedTool(hooked);
  if (priced) await settle(hooked, priced);
  else if (subagentPhase(table, call) !== undefined) await afterSubagent(hooked);
  return pass;
}

async function settle(hooked: Hooked, priced: PricedTool): Promise<void> {
  const { call, open } = hooked;
  const manager = await open();
  const stated = statedCost(call.response, priced.cost_at);
  const cost = stated === undefined ? priced.price : decimal(stated);
  const booked = await bookedCall(manager, hooked);
  if (!booked) return bookUnreserved(manager, hooked, { priced, cost: cost ?? priced.max_cost });
  const { id, key, isPaid } = booked;
  if (!isPaid)
    await onlyOnce(manager.settleCost({ sessionId: id, key, ...(cost === undefined ? {} : { cost }) }));
}

/** Not reserved: the hook before it was not asked, or only watched. It was paid all the same. */
async function bookUnreserved(
  manager: ProductionStateManager,
  { call, notes, note }: Hooked,
  { priced: { phase, operation }, cost }: { priced: PricedTool; cost: string },
): Promise<void> {
  const found = await episodeFor(manager, notes.episode, phase);
  if ('why' in found) return note(`showrunner: $${cost} of ${operation} belong to no episode: ${found.why}`);
  await manager.addCost({
    sessionId: found.id,
    phase,
    operation,
    cost,
    ...(call.useId === undefined ? {} : { key: toolKey(call) }),
  });
}

/** An answer may come by two ways: what is settled stays settled. */
async function onlyOnce(settling: Promise<unknown>): Promise<void> {
  try {
    await settling;
  } catch (error) {
    if (!(error instanceof ProductionError) || error.code !== 'operation_settled') throw error;
  }
}

/** A subagent in the foreground says what it used; one in the background will say so in its transcript. */
async function afterSubagent(hooked: Hooked): Promise<void> {
  const { call, table, notes } = hooked;
  // The last is the host's own answer; those before it are what the subagent has said, whatever that claims.
  const answer = objectsOf(call.response).at(-1) ?? {};
  const { status, agentId, resolvedModel, usage } = answer;
  if (typeof agentId !== 'string') return;
  if (status === 'async_launched') {
    if (!notes.background.includes(agentId)) notes.background.push(agentId);
    return;
  }
  const phase = subagentPhase(table, call);
  const type = String((call.input as { subagent_type?: unknown }).subagent_type);
  if (phase) await payTokens(hooked, { phase, type, key: `agent:${agentId}`, model: resolvedModel, usage });
}

/** When a subagent of the background has ended, each of its messages is paid for once. */
export async function afterSubagentStop(hooked: Hooked): Promise<Verdict> {
  const { call, table, notes, note } = hooked;
  const { id, type = '' } = call.agent;
  const phase = Object.hasOwn(table.agents, type) ? table.agents[type] : undefined;
  if (id === undefined || !notes.background.includes(id)) return pass;
  notes.background = notes.background.filter((each) => each !== id);
  if (phase === undefined) return pass;
  const messages = call.transcript === undefined ? undefined : messagesOf(call.transcript);
  if (!messages) {
    note(`showrunner: the transcript of ${type} cannot be read: its tokens are not counted.`);
    return pass;
  }
  for (const { id: message, model, usage } of messages)
    await payTokens(hooked, { phase, type, key: `agent:${id}:${message}`, model, usage });
  return pass;
}

interface Used {
  phase: PhaseName;
  type: string;
  key: string;
  model: unknown;
  usage: unknown;
}

async function payTokens(
  { table, notes, open, note }: Hooked,
  { phase, type, key, model, usage }: Used,
): Promise<void> {
  const cost = tokenCost(table, model, usage);
  if (cost === undefined) {
    countIn(notes.unpriced, `model ${String(model).slice(0, 80)}`);
    return;
  }
  const manager = await open();
  const found = await episodeFor(manager, notes.episode, phase);
  if ('why' in found) {
    note(`showrunner: $${decimal(cost)} of ${type} belong to no episode: ${found.why}`);
    return;
  }
  await manager.addCost({
    sessionId: found.id,
    phase,
    operation: `agent_${type.replaceAll(/[^a-z0-9]+/gi, '_').toLowerCase()}`,
    cost: decimal(cost),
    key,
  });
}

/** A failed call: given back when the error proves that nothing was done, else held for a person. */
export async function failedTool(hooked: Hooked): Promise<Verdict> {
  const { call, table, open } = hooked;
  const priced = priceOf(table, call.tool);
  if (!priced) return pass;
  const manager = await open();
  const booked = await bookedCall(manager, hooked);
  if (!booked || booked.isPaid) return pass;
  const { id, key } = booked;
  const text =
    call.error ||
    objectsOf(call.response)
      .map((each) => JSON.stringify(each))
      .join(' ');
  if (!call.isInterrupt && provesFree(text) === 'free') {
    await manager.releaseCost({ sessionId: id, key });
    return {
      kind: 'context',
      text: `showrunner: ${priced.operation} cost nothing: its reservation is given back.`,
    };
  }
  await hold(manager, id, key);
  return { kind: 'context', text: heldText(id, key) };
}

export async function hold(manager: ProductionStateManager, id: SessionId, key: string): Promise<void> {
  await manager.send(id, { type: 'operation.held', key });
}

export function heldText(id: SessionId, key: string): string {
  return `showrunner: nobody knows whether ${key} of ${id} was paid, so its money stays reserved. A person finds out and answers: showrunner settle ${id} ${keyWord(key)} <dollars>, or showrunner release ${id} ${keyWord(key)}. To see the ways on: recover_episode with plan.`;
}
