import { possibleEvents, rehydrate, stateName } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { needsHere } from '../production/needs-here.js';
import { episodeEstimates, hookCounts, waitOf } from '../reports/index.js';
import type { Result } from './command.js';
import { findEpisode } from './find-episode.js';
import { hookLines } from './hook-lines.js';
import { inputsOf } from './inputs-of.js';
import { showText } from './show-text.js';
import { warningsOf } from './warnings-of.js';

/** Where an episode stands, by the engine: also what is not in the documents. */
export async function showWhole(
  manager: ProductionStateManager,
  directory: string,
  name: string,
): Promise<Result> {
  const id = await findEpisode(manager, name);
  const state = await manager.getEpisodeState(id);
  const persisted = await manager.getSnapshot(id);
  const snapshot = rehydrate(persisted);
  const { context: episode } = persisted;
  const { startAt, dueBy, crew } = episode;
  const needs = needsHere(manager.production, snapshot);
  const warnings = warningsOf(manager, episode);
  const wait = waitOf(state.status, episode, {
    now: manager.production.now(),
    timeZone: manager.production.policy.timeZone,
  });
  const estimates = episodeEstimates(episode);
  const hooks = hookCounts(directory);
  const inputs = await inputsOf(manager, id, Object.keys(episode.operations));
  const told = { state, persisted, needs, wait, start_at: startAt, due_by: dueBy, warnings, estimates };
  return {
    json: {
      episode: state,
      state: stateName(snapshot),
      needs,
      wait,
      start_at: startAt,
      due_by: dueBy,
      crew: crew && {
        ...crew,
        options: crew.options === null ? null : (JSON.parse(crew.options) as unknown),
      },
      warnings,
      estimates,
      hooks,
      snapshot: persisted,
      inputs,
      possible: possibleEvents(snapshot),
    },
    text: showText(told, inputs, hookLines(hooks)),
  };
}
