import { needsHere } from '../../production/needs-here.js';
import {
  episodeNumberOf,
  phaseNames,
  rehydrate,
  stateName,
  formatUsd,
  type PersistedEpisode,
  type PhaseName,
  type SessionId,
} from '../../../machines/index.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import { afterTool, heldText, hold } from './after-tool.js';
import { canBegin, episodeFor, isUnderWay, outOfPhase } from './episode-of-hook.js';
import { pass, type Hooked, type Verdict } from './hook-house.js';
import { objectsOf } from './stated-cost.js';
import { unanswered, unansweredUse } from './tool-key.js';

const mostEpisodes = 5;
const msPerMinute = 60_000;

async function idsUnderWay(manager: ProductionStateManager): Promise<SessionId[]> {
  return (await manager.listEpisodes()).filter(isUnderWay).map(({ session_id: id }) => id as SessionId);
}

/** A session begins: calls that died with their host are held, and the agent hears what is under way and what waits for a person. */
export async function sessionStart({ call, table, open }: Hooked): Promise<Verdict> {
  const manager = await open();
  const lines: string[] = [];
  const lostBefore = new Date(Date.now() - table.lost_after_minutes * msPerMinute).toISOString();
  await forCalls(
    manager,
    (operations) => {
      const own = unanswered(operations, call.session).map(([key]) => key);
      const lost = unanswered(operations).flatMap(([key, at]) => (at < lostBefore ? [key] : []));
      return [...new Set([...own, ...lost])];
    },
    async (id, key) => {
      await hold(manager, id, key);
      lines.push(heldText(id, key));
    },
  );
  const ids = await idsUnderWay(manager);
  for (const id of ids.slice(0, mostEpisodes)) lines.push(await lineOf(manager, id));
  if (ids.length > mostEpisodes) lines.push(`… and ${ids.length - mostEpisodes} more: list_episodes`);
  return lines.length === 0 ? pass : { kind: 'context', text: lines.join('\n') };
}

async function lineOf(manager: ProductionStateManager, id: SessionId): Promise<string> {
  const persisted = await manager.getSnapshot(id);
  const { topic, money, budgets } = persisted.context;
  const snapshot = rehydrate(persisted);
  const needs = needsHere(manager.production, snapshot).map(
    ({ text, next }) => `${text} (${next[0] ?? 'see the studio'})`,
  );
  const waits = needs.length > 0 ? `; waits for a person: ${needs.slice(0, 2).join('; ')}` : '';
  return `showrunner: ${id} "${topic.slice(0, 80)}" is ${stateName(snapshot)}, ${formatUsd(money.spent)} of ${formatUsd(budgets.total)} spent${waits}`;
}

/** Does something about each call that `find` picks from the open operations of the episodes under way. */
async function forCalls(
  manager: ProductionStateManager,
  find: (operations: PersistedEpisode['context']['operations']) => string[],
  act: (id: SessionId, key: string) => Promise<unknown>,
): Promise<void> {
  for (const id of await idsUnderWay(manager))
    for (const key of find((await manager.getSnapshot(id)).context.operations)) await act(id, key);
}

/** A session ends: what it has not heard of is held. */
export async function sessionEnd({ call, open }: Hooked): Promise<Verdict> {
  const manager = await open();
  await forCalls(
    manager,
    (operations) => unanswered(operations, call.session).map(([key]) => key),
    (id, key) => hold(manager, id, key),
  );
  return pass;
}

/** A batch is over: a tool use of it of which the hook after the tool has not told was refused by the person, unless its answer shows that it was made. */
export async function afterBatch(hooked: Hooked): Promise<Verdict> {
  const { call, open } = hooked;
  if (call.batch.length === 0) return pass;
  const manager = await open();
  for (const use of call.batch) {
    if (use.useId === undefined) continue;
    const { useId } = use;
    if (isAnswer(use.response)) await afterTool({ ...hooked, call: { ...call, ...use } });
    await forCalls(
      manager,
      (operations) => unansweredUse(operations, call.session, useId),
      (id, key) =>
        isRefusal(use.response) ? manager.releaseCost({ sessionId: id, key }) : hold(manager, id, key),
    );
  }
  return pass;
}

/** What a tool answers is content, an object or JSON; what is said in its place when it was not called is a sentence. */
function isAnswer(response: unknown): boolean {
  return typeof response === 'string' ? objectsOf(response).length > 0 : response instanceof Object;
}

function isRefusal(response: unknown): boolean {
  if (response === undefined || response === null || response === '') return true;
  return (
    typeof response === 'string' &&
    /permi|reject|deni|declin|grant|proceed|interrupt|cancel|abort|compact|hook/i.test(response.slice(0, 300))
  );
}

/** The agent wants to stop. What it asked for and never heard of is settled as its host allows; an active phase without a checkpoint blocks it, once. */
export async function stop(hooked: Hooked): Promise<Verdict> {
  const { call, notes, open } = hooked;
  const manager = await open();
  // What a subagent in the background has asked may be answered yet: it is looked at when that has ended, too.
  if (notes.background.length === 0)
    await forCalls(
      manager,
      (operations) => unanswered(operations, call.session).map(([key]) => key),
      // Where a failed call is told, one that was not told was refused by the person. Elsewhere nobody knows.
      (id, key) =>
        call.host === 'claude' ? manager.releaseCost({ sessionId: id, key }) : hold(manager, id, key),
    );
  if (call.isStopAgain || notes.episode === undefined) return pass;
  const found = await episodeFor(manager, notes.episode);
  if ('why' in found) return pass;
  const { context } = await manager.getSnapshot(found.id);
  const phase = phaseNames.find((name) => context.phases[name].status === 'active');
  if (phase === undefined || notes.stops.includes(`${found.id} ${phase}`)) return pass;
  const began = context.phases[phase].startedAt ?? '';
  if (Object.values(context.checkpoints).some((saved) => saved.phase === phase && saved.at >= began))
    return pass;
  notes.stops.push(`${found.id} ${phase}`);
  return {
    kind: 'block',
    reason: `showrunner: ${phase} of ${found.id} is active and has no checkpoint. Keep what there is with save_checkpoint, or complete it with update_phase; then stop.`,
  };
}

/** The host is about to forget: the phase's state is kept under a name of its own. */
export async function beforeCompaction({ notes, open, note }: Hooked): Promise<Verdict> {
  const manager = await open();
  const found = await episodeFor(manager, notes.episode);
  if ('why' in found) return pass;
  const { context } = await manager.getSnapshot(found.id);
  if (!phaseNames.some((name) => context.phases[name].status === 'active')) return pass;
  const count = Object.keys(context.checkpoints).filter((name) => name.startsWith('compact_')).length;
  const saved = await manager.createCheckpoint({
    sessionId: found.id,
    checkpointName: `compact_${count + 1}`,
    data: { saved_for: 'compaction' },
  });
  note(`showrunner: checkpoint ${saved.name} of ${found.id} saved before compaction.`);
  return pass;
}

/** A slash command of the workflow: the episode that it means, in the order of phases. */
export async function beforeCommand(hooked: Hooked): Promise<Verdict> {
  const { call, table } = hooked;
  const name = call.command?.name ?? '';
  const means = Object.hasOwn(table.commands, name) ? table.commands[name] : undefined;
  const number = Number(/^\s*"?(\d{1,7})\b/.exec(call.command?.args ?? '')?.[1]);
  if (means === undefined || !Number.isInteger(number)) return pass;
  const topic = /^\s*\d+\s+"?([^"]*)/.exec(call.command?.args ?? '')?.[1]?.trim() ?? '';
  return means === 'create' ? proposeEpisode(hooked, number, topic) : beginPhase(hooked, number, means);
}

async function numbered(hooked: Hooked, number: number): Promise<SessionId[]> {
  return (await idsUnderWay(await hooked.open())).filter((id) => episodeNumberOf(id) === number);
}

async function proposeEpisode(hooked: Hooked, number: number, topic: string): Promise<Verdict> {
  const ids = await numbered(hooked, number).catch(() => []);
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    hooked.notes.episode = only;
    return {
      kind: 'context',
      text: `showrunner: episode ${number} is under way as ${only}: go on with it (get_episode).`,
    };
  }
  if (only !== undefined)
    return {
      kind: 'context',
      text: `showrunner: ${ids.length} episodes ${number} are under way: ${ids.slice(0, mostEpisodes).join(', ')}. Ask the person which one is meant.`,
    };
  const about = topic === '' ? '' : ` and topic ${JSON.stringify(topic.slice(0, 200))}`;
  return {
    kind: 'context',
    text: `showrunner: there is no episode ${number} under way. Begin it: create_episode with episode_num ${number}${about}.`,
  };
}

async function beginPhase(hooked: Hooked, number: number, phase: PhaseName): Promise<Verdict> {
  const [id, ...others] = await numbered(hooked, number);
  if (id === undefined || others.length > 0)
    return {
      kind: 'block',
      reason:
        id === undefined
          ? `showrunner: there is no episode ${number} under way. Begin one: showrunner create --episode ${number} --topic "…"`
          : `showrunner: ${others.length + 1} episodes ${number} are under way: ${[id, ...others].join(', ')}. Say which by its whole id.`,
    };
  const manager = await hooked.open();
  const persisted = await manager.getSnapshot(id);
  hooked.notes.episode = id;
  if (canBegin(persisted, phase)) {
    await manager.updatePhase({ sessionId: id, phase, status: 'active' });
    return { kind: 'context', text: `showrunner: ${phase} of ${id} has begun.` };
  }
  const why = outOfPhase(persisted, phase);
  return why === undefined
    ? { kind: 'context', text: `showrunner: ${phase} of ${id} is active: go on with it.` }
    : { kind: 'block', reason: `showrunner: ${why}` };
}
