import {
  ceilToMicro,
  parseSessionId,
  parseUsd,
  phaseNames,
  ProductionError,
  type PhaseName,
  type Usd,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { answer, decimal, decimalOf, type Answer } from './answer.js';
import type { Arguments } from './arguments.js';
import { artifactLinks } from './artifact-links.js';
import { askPerson, type Asking, type Question } from './ask-person.js';
import { openCall, seeThatNothingHeldIsFreed } from './open-call.js';
import { produceEpisode, type Following, type Producer, type Wanted } from './produce-episode.js';
import { checkpointOf, listEpisodes, standing, viewOf } from './look.js';

/** One call of a tool. */
export interface Call {
  manager: ProductionStateManager;
  given: Arguments;
  /** The host's id of this tool use: the same one again is the same call again. */
  toolUseId: string | undefined;
  asking: Asking;
  following: Following;
  producer: Producer | undefined;
}

type Run = (call: Call) => Promise<Answer | Question>;

/** What each tool of the list does. */
const runs: Readonly<Record<string, Run>> = {
  create_episode: async (call) => {
    const { manager, given } = call;
    const key = episodeKeyOf(call);
    const id = await manager.createEpisodeSession({
      episodeNum: given['episode_num'] as number,
      topic: text(given, 'topic'),
      ...(key === undefined ? {} : { key }),
      ...(given['approvals'] === undefined ? {} : { approvals: given['approvals'] as PhaseName[] }),
    });
    return answer(await standing(manager, id));
  },
  list_episodes: async ({ manager, given }) =>
    answer(
      await listEpisodes(manager, { status: optional(given, 'status'), cursor: optional(given, 'cursor') }),
    ),
  get_episode: async ({ manager, given }) => {
    const view = optional(given, 'view') ?? 'summary';
    const found = await viewOf(manager, idOf(given), view, optional(given, 'cursor'));
    return answer(found, view === 'summary' ? await artifactLinks(manager, idOf(given)) : []);
  },
  update_phase: changes(async ({ manager, given }) => {
    await manager.updatePhase({
      sessionId: idOf(given),
      phase: phaseOf(given),
      status: given['status'] as 'active',
      ...pick(given, 'data', 'error'),
    });
  }),
  reserve_cost: changes(async (call) => {
    const { manager, given } = call;
    const key = keyOf(call);
    const wanted = { phase: phaseOf(given), operation: text(given, 'operation') };
    const maxCost = text(given, 'max_cost');
    const there = openCall(await manager.getSnapshot(idOf(given)), key);
    // The same call again, after an answer that was lost: it is reserved already. Another one under its id is refused.
    if (
      given['key'] === undefined &&
      there?.phase === wanted.phase &&
      there.operation === wanted.operation &&
      there.amount === parseUsd(maxCost, 'max_cost')
    )
      return;
    await manager.reserveCost({ sessionId: idOf(given), ...wanted, key, maxCost });
  }, true),
  settle_cost: changes(settleCost),
  record_quality: changes(async ({ manager, given }) => {
    await manager.recordQuality({
      sessionId: idOf(given),
      name: text(given, 'name'),
      value: given['value'] as number,
    });
  }),
  save_checkpoint: async ({ manager, given }) => {
    const saved = await manager.saveCheckpoint({
      sessionId: idOf(given),
      phase: phaseOf(given),
      data: given['data'],
    });
    return answer({ ...(await standing(manager, idOf(given))), checkpoint: saved.name });
  },
  load_checkpoint: async ({ manager, given }) =>
    answer(await checkpointOf(manager, idOf(given), text(given, 'name'), optional(given, 'cursor'))),
  recover_episode: recoverEpisode,
  steer_episode: changes(steer),
  produce_episode: (call) => produceEpisode(call, wantedOf(call)),
  raise_budget: raiseBudget,
  request_approval: requestApproval,
};

/** @throws ProductionError what the engine refuses. */
export function runTool(name: string, call: Call): Promise<Answer | Question> {
  const run = Object.hasOwn(runs, name) ? runs[name] : undefined;
  if (!run) throw new ProductionError('invalid_input', `name: there is no tool ${name.slice(0, 40)}.`);
  return run(call);
}

/** A change answers with how the episode stands after it. */
function changes(act: (call: Call) => Promise<void>, tellsKey = false): Run {
  return async (call) => {
    await act(call);
    const stands = await standing(call.manager, idOf(call.given));
    return answer(tellsKey ? { ...stands, key: keyOf(call) } : stands);
  };
}

/** The same tool use again is the same episode again. */
function episodeKeyOf({ given, toolUseId }: Call): string | undefined {
  return optional(given, 'key') ?? (toolUseId === undefined ? undefined : `tool:${toolUseId}`);
}

function wantedOf(call: Call): Wanted {
  const { given } = call;
  if (given['session_id'] !== undefined) return { sessionId: idOf(given) };
  return {
    topic: text(given, 'topic'),
    key: episodeKeyOf(call),
    minutes: given['minutes'] as number | undefined,
  };
}

async function settleCost(call: Call): Promise<void> {
  const { manager, given } = call;
  const sessionId = idOf(given);
  const action = text(given, 'action');
  const cost = costOf(given);
  if (action === 'record') {
    await manager.addCost({
      sessionId,
      phase: phaseOf(given),
      operation: text(given, 'operation'),
      cost: text(given, 'cost'),
      key: keyOf(call),
    });
    return;
  }
  const key = text(given, 'key');
  await seeThatNothingHeldIsFreed(manager, sessionId, { key, cost, isRelease: action === 'release' });
  if (action === 'settle') await manager.settleCost({ sessionId, key, ...pick(given, 'cost', 'result') });
  else await manager.releaseCost({ sessionId, key });
}

/** As the list of tools says it: plain decimals, never a number or an exponent. */
function costOf(given: Arguments): Usd | undefined {
  const cost = optional(given, 'cost');
  if (cost === undefined || /^\d{1,12}(?:\.\d{1,30})?$/.test(cost))
    return cost === undefined ? undefined : ceilToMicro(cost);
  throw new ProductionError('invalid_input', 'cost: is not decimal dollars, as "0.25".', { field: 'cost' });
}

async function steer({ manager, given }: Call): Promise<void> {
  const sessionId = idOf(given);
  const action = text(given, 'action');
  if (action === 'pause') await manager.pause({ sessionId, ...pick(given, 'reason') });
  else if (action === 'resume') await manager.resumeEpisode(sessionId);
  else if (action === 'cancel') await manager.cancelEpisode({ sessionId, reason: text(given, 'reason') });
  else await manager.skipPhase({ sessionId, phase: phaseOf(given), reason: text(given, 'reason') });
}

async function recoverEpisode({ manager, given }: Call): Promise<Answer> {
  const id = idOf(given);
  if (given['plan'] !== true) {
    await manager.recoverFailedSession(id, given['phase'] === undefined ? {} : { phase: phaseOf(given) });
    return answer(await standing(manager, id));
  }
  const { recoverable, reason, options } = await manager.planRecovery(id);
  return answer({
    ...(await standing(manager, id)),
    recoverable,
    reason,
    options: options.map(({ phase, keeps, redoes, expected_cost: cost, left, reason: note }) => ({
      phase,
      keeps,
      redoes,
      expected_cost: cost === null ? null : decimalOf(cost),
      left: decimalOf(left),
      reason: note,
    })),
  });
}

async function raiseBudget({ manager, given, asking }: Call): Promise<Answer | Question> {
  const id = idOf(given);
  const reason = text(given, 'reason');
  const scope = text(given, 'scope') as PhaseName | 'total' | 'day';
  const amount = decimal(parseUsd(given['amount'], 'amount'));
  if (await raisedWithinCeiling(manager, { sessionId: id, scope, amount, by: asking.agent, reason }))
    return answer(await standing(manager, id));
  const { budgets } = (await manager.getSnapshot(id)).context;
  const before: Usd | null = scope === 'day' ? null : budgets[scope];
  const asked = askPerson(asking, {
    // A yes belongs to this amount and to the budget as it was asked about.
    about: `raise_${scope}_${amount}_from_${before ?? 'any'}`,
    message: `Raise ${scope} of ${id} by $${amount}?${before === null ? '' : ` It is $${decimal(before)} now.`} Reason given: ${reason.slice(0, 300)}`,
    elsewhere: `showrunner budget ${id} ${scope} +${amount} --reason "…"`,
  });
  if (asked.answer !== 'yes') return asked.question ?? pendingAnswer(await standing(manager, id), asked);
  await manager.raiseBudget({
    sessionId: id,
    scope,
    amount,
    by: asked.by,
    reason,
  });
  return answer(await standing(manager, id));
}

/** Policy may let agents raise so far without a person. */
async function raisedWithinCeiling(
  manager: ProductionStateManager,
  raise: Parameters<ProductionStateManager['raiseBudget']>[0],
): Promise<boolean> {
  try {
    await manager.raiseBudget({ ...raise, asAgent: true });
    return true;
  } catch (error) {
    if (error instanceof ProductionError && error.code === 'ceiling_passed') return false;
    throw error;
  }
}

async function requestApproval({ manager, given, asking }: Call): Promise<Answer | Question> {
  const id = idOf(given);
  const { context, value } = await manager.getSnapshot(id);
  const phase = phaseNames.find(
    (name) => typeof value === 'object' && (value as Record<string, unknown>)[name] === 'review',
  );
  if (!phase) {
    const stands = await standing(manager, id);
    throw new ProductionError(
      'wrong_state',
      `${id} is ${String(stands['state'])}: no phase waits for approval; complete a phase that needs one first.`,
      { sessionId: id },
    );
  }
  const { attempt, revision } = context.phases[phase];
  const asked = askPerson(asking, {
    about: `approve_${phase}_${attempt}_${revision}`,
    message: `Approve the ${phase} of ${id}, "${context.topic.slice(0, 200)}"?`,
    elsewhere: `showrunner approve ${id}`,
  });
  if (asked.answer !== 'yes') return asked.question ?? pendingAnswer(await standing(manager, id), asked);
  await manager.approve({ sessionId: id, by: asked.by });
  return answer(await standing(manager, id));
}

function pendingAnswer(
  stands: Record<string, unknown>,
  { answer: said, elsewhere }: { answer: string; elsewhere: string },
): Answer {
  return answer({
    ...stands,
    pending: true,
    person: said,
    next: `Nothing was changed. A person can answer in the studio, or with: ${elsewhere}`,
  });
}

function keyOf({ given, toolUseId }: Call): string {
  const own = given['key'];
  if (typeof own === 'string') return own;
  if (toolUseId !== undefined) return `tool:${toolUseId}`;
  throw new ProductionError('invalid_input', 'key: is missing; give each paid call a key of its own.', {
    field: 'key',
  });
}

function idOf(given: Arguments) {
  return parseSessionId(given['session_id']);
}

function phaseOf(given: Arguments): PhaseName {
  return text(given, 'phase') as PhaseName;
}

function text(given: Arguments, field: string): string {
  const value = given[field];
  if (typeof value === 'string') return value;
  throw new ProductionError('invalid_input', `${field}: is missing.`, { field });
}

function optional(given: Arguments, field: string): string | undefined {
  const value = given[field];
  return typeof value === 'string' ? value : undefined;
}

function pick<Name extends string>(given: Arguments, ...names: Name[]): Partial<Record<Name, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  ) as Partial<Record<Name, string>>;
}
