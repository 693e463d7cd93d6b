import { needsHere } from '../production/needs-here.js';
import {
  ProductionError,
  EpisodeStatus,
  leftOf,
  leftOfPhase,
  phaseNames,
  rehydrate,
  stateName,
  type SessionId,
} from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { decimal, decimalOf } from './answer.js';
import { page, textPage } from './pages.js';

type Found = Record<string, unknown>;

/** How an episode stands, in a few hundred bytes: what every change answers. */
export async function standing(manager: ProductionStateManager, id: SessionId): Promise<Found> {
  const persisted = await manager.getSnapshot(id);
  const { context } = persisted;
  const snapshot = rehydrate(persisted);
  const { status } = await manager.getEpisodeState(id);
  const needs = needsHere(manager.production, snapshot).slice(0, 2);
  return {
    session_id: id,
    status,
    state: stateName(snapshot),
    total_cost: decimal(context.money.spent),
    left: decimal(leftOf(context)),
    ...(context.failure
      ? { failure: { code: context.failure.code, message: context.failure.message.slice(0, 300) } }
      : {}),
    ...(needs.length > 0 ? { waits_for: needs.map(({ text }) => text.slice(0, 160)) } : {}),
  };
}

/** A page of the production's episodes, in the order of their ids. */
export async function listEpisodes(
  manager: ProductionStateManager,
  { status, cursor }: { status?: string | undefined; cursor?: string | undefined },
): Promise<Found> {
  if (status !== undefined && !(EpisodeStatus.options as readonly string[]).includes(status))
    throw new ProductionError(
      'invalid_input',
      `status: ${JSON.stringify(status.slice(0, 40))} is none; there are ${EpisodeStatus.options.join(', ')}.`,
      { field: 'status' },
    );
  const episodes = (await manager.listEpisodes())
    .filter((episode) => status === undefined || episode.status === status)
    .map((episode) => ({
      session_id: episode.session_id,
      topic: episode.topic.slice(0, 80),
      status: episode.status,
      total_cost: decimalOf(episode.total_cost),
    }))
    .sort((a, b) => (a.session_id < b.session_id ? -1 : 1));
  const { items, next } = page(episodes, ({ session_id: id }) => id, cursor);
  return { episodes: items, ...next };
}

/** One view of an episode. */
export async function viewOf(
  manager: ProductionStateManager,
  id: SessionId,
  view: string,
  cursor: string | undefined,
): Promise<Found> {
  const head = await standing(manager, id);
  if (view === 'money') return { ...head, ...(await moneyOf(manager, id, cursor)) };
  const state = await manager.getEpisodeState(id);
  if (view === 'quality') {
    const { items, next } = page(Object.entries(state.quality_scores), ([name]) => name, cursor);
    return { ...head, quality: Object.fromEntries(items), ...next };
  }
  if (view === 'checkpoints') {
    const { checkpoints } = (await manager.getSnapshot(id)).context;
    const { items, next } = page(Object.keys(checkpoints), (name) => name, cursor);
    return { ...head, checkpoints: items, ...next };
  }
  if (view === 'history') {
    const entries = (await manager.history(id)).map(({ at, type, state: after, total_cost: total }) => ({
      at,
      type,
      state: after,
      total_cost: decimalOf(total),
    }));
    const { items, next } = page(entries, (_entry, index) => String(index), cursor);
    return { session_id: id, status: head['status'], history: items, ...next };
  }
  const phases = phaseNames.map((name) => [name, state.phases[name].status] as const);
  return { ...head, topic: state.topic.slice(0, 300), phases: Object.fromEntries(phases) };
}

async function moneyOf(
  manager: ProductionStateManager,
  id: SessionId,
  cursor: string | undefined,
): Promise<Found> {
  const { context } = await manager.getSnapshot(id);
  const phases = phaseNames.map((name) => [
    name,
    {
      spent: decimal(context.phases[name].spent),
      reserved: decimal(context.phases[name].reserved),
      budget: decimal(context.budgets[name]),
      left: decimal(leftOfPhase(context, name)),
    },
  ]);
  const open = Object.entries(context.operations).map(([key, { operation, amount, state }]) => ({
    key,
    operation,
    max_cost: decimal(amount),
    state,
  }));
  const { items, next } = page(open, ({ key }) => key, cursor);
  return {
    budget: decimal(context.budgets.total),
    reserved: decimal(context.money.reserved),
    phases: Object.fromEntries(phases) as Found,
    open_operations: items,
    ...next,
  };
}

/** A checkpoint, its data as JSON text by pages. */
export async function checkpointOf(
  manager: ProductionStateManager,
  id: SessionId,
  name: string,
  cursor: string | undefined,
): Promise<Found> {
  const loaded = await manager.loadCheckpoint(id, name);
  return {
    session_id: id,
    name: loaded.name,
    phase: loaded.phase,
    artifacts: loaded.artifacts.length,
    ...textPage(JSON.stringify(loaded.data), cursor),
  };
}
