import {
  ProductionError,
  keyWord,
  parseUsd,
  type PersistedEpisode,
  type PhaseName,
  type SessionId,
} from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { canBegin, episodeFor, outOfPhase } from './episode-of-hook.js';
import type { HookCall } from './hook-call.js';
import { pass, type Hooked, type Verdict } from './hook-house.js';
import { priceOf, type HookTable, type PricedTool } from './hook-table.js';
import { isOwnTool } from './own-tool.js';
import { countIn } from './session-notes.js';
import { heldQuestion, reservedKey } from './tool-key.js';

/** The phase of the subagent that a tool use starts; undefined when it starts none that the table knows. */
export function subagentPhase({ agents }: HookTable, { tool, input }: HookCall): PhaseName | undefined {
  if (!/^(?:agent|task)$/i.test(tool)) return undefined;
  const type = (input as { subagent_type?: unknown } | null | undefined)?.subagent_type;
  return typeof type === 'string' && Object.hasOwn(agents, type) ? agents[type] : undefined;
}

/** Before a tool: a priced one needs its phase, and its money reserved; a subagent its phase. What is denied says what to do. */
export async function beforeTool(hooked: Hooked): Promise<Verdict> {
  const { call, table, notes } = hooked;
  if (isOwnTool(call, table)) return pass;
  const priced = priceOf(table, call.tool);
  const phase = priced?.phase ?? subagentPhase(table, call);
  if (phase === undefined) {
    countIn(notes.unpriced, call.tool);
    return pass;
  }
  const why = await whyNot(hooked, phase, priced);
  if (why === undefined) return pass;
  if (table.enforce === 'shadow') {
    countIn(notes.would_deny, call.tool);
    if (priced) notes.would_deny_usd += parseUsd(priced.max_cost);
    return pass;
  }
  notes.denied += 1;
  return { kind: 'deny', reason: `showrunner: ${why}` };
}

async function whyNot(
  { call, notes, open }: Hooked,
  phase: PhaseName,
  priced: PricedTool | undefined,
): Promise<string | undefined> {
  const manager = await open();
  const found = await episodeFor(manager, notes.episode, phase);
  if ('why' in found) return found.why;
  const { id } = found;
  const persisted = await manager.getSnapshot(id);
  // A subagent may be what begins the phase.
  const out = outOfPhase(persisted, phase);
  if (out !== undefined && (priced || !canBegin(persisted, phase))) return out;
  notes.episode = id;
  return priced ? reserve(manager, { call, id, phase, priced, persisted }) : undefined;
}

interface Wanted {
  call: HookCall;
  id: SessionId;
  phase: PhaseName;
  priced: PricedTool;
  persisted: PersistedEpisode;
}

async function reserve(
  manager: ProductionStateManager,
  { call, id, phase, priced, persisted }: Wanted,
): Promise<string | undefined> {
  const { operations } = persisted.context;
  const held = heldQuestion(operations, call.question);
  if (held !== undefined)
    return `the same call was made before, and nobody knows what became of it (${held}): it may have been paid. A person finds out and answers: showrunner settle ${id} ${keyWord(held)} <dollars>, or showrunner release ${id} ${keyWord(held)}`;
  try {
    await manager.reserveCost({
      sessionId: id,
      phase,
      operation: priced.operation,
      key: reservedKey(call, persisted.context),
      maxCost: priced.max_cost,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    if (error.code !== 'operation_exists' && error.code !== 'operation_settled') return error.message;
    // The hook of one tool use was asked twice.
    if (call.useId !== undefined) return undefined;
    // Another process has taken the key for a use of its own.
    return reserve(manager, { call, id, phase, priced, persisted: await manager.getSnapshot(id) });
  }
}
