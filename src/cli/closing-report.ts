import { needsHere } from '../production/needs-here.js';
import { relative } from 'node:path';
import { escapeForTerminal, phaseNames, rehydrate, toDollars } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { Produced } from '../crew/produce.js';
import { episodeEstimates, waitOf } from '../reports/index.js';
import type { Need } from '../shapes/index.js';
import { afterCancel, dollars, estimateLines, standing, table, waitLines, warningLines } from './format.js';
import { warningsOf } from './warnings-of.js';

/** What a production has given: files, times, costs, scores, and what to do next. */
export async function closingReport(
  manager: ProductionStateManager,
  produced: Produced,
): Promise<{ json: object; text: string }> {
  const { sessionId, outcome, reason, failure, state } = produced;
  const snapshot = rehydrate(await manager.getSnapshot(sessionId));
  const { budgets } = snapshot.context;
  const needs = needsHere(manager.production, snapshot);
  const warnings = warningsOf(manager, snapshot.context);
  const estimates = episodeEstimates(snapshot.context);
  const wait = waitOf(state.status, snapshot.context, {
    now: manager.production.now(),
    timeZone: manager.production.policy.timeZone,
  });
  const folder = `${relative(process.cwd(), manager.production.directory) || '.'}/${sessionId}`;
  const files = await artifactsOf(manager, sessionId);
  const rows = phaseNames.map((phase) => {
    const { status, cost, start_time: start, end_time: end } = state.phases[phase];
    const seconds = start && end ? `${Math.round((Date.parse(end) - Date.parse(start)) / 1000)} s` : '';
    return [
      phase,
      status,
      seconds,
      `${dollars(cost)} of ${dollars(toDollars(budgets[phase]))}`,
      String(files.filter(({ path }) => path.startsWith(`${phase}/`)).length),
    ];
  });
  const scores = Object.entries(state.quality_scores).map(
    ([name, value]) => `${name} ${Number(value.toFixed(2))}`,
  );
  const episode = files.find(({ path }) => path.endsWith('.mp3'));
  const text = [
    standing(state, needs),
    table(['phase', 'status', 'took', 'spent', 'files'], rows),
    ...(scores.length > 0 ? [`quality: ${scores.join(', ')}`] : []),
    ...(episode
      ? [`listen: ${escapeForTerminal(`${folder}/${episode.path}`)} (${(episode.bytes / 1e6).toFixed(1)} MB)`]
      : []),
    `files: ${folder}/`,
    ...warningLines(warnings),
    ...estimateLines(estimates),
    ...waitLines(wait),
    ...(reason ? [`${outcome}: ${escapeForTerminal(reason)}`] : []),
    ...afterCancel(snapshot),
    ...nextSteps(sessionId, needs).map((command) => `next: ${escapeForTerminal(command)}`),
  ].join('\n');
  return {
    json: {
      session_id: sessionId,
      outcome,
      reason,
      failure,
      needs,
      wait,
      warnings,
      estimates,
      episode: state,
      folder,
      files,
    },
    text,
  };
}

async function artifactsOf(
  manager: ProductionStateManager,
  sessionId: string,
): Promise<{ path: string; bytes: number }[]> {
  const { phases } = (await manager.getSnapshot(sessionId)).context;
  const names = phaseNames.flatMap((phase) => phases[phase].checkpoint ?? []);
  const loaded = await Promise.all(names.map((name) => manager.loadCheckpoint(sessionId, name)));
  return loaded.flatMap(({ artifacts }) => artifacts.map(({ path, bytes }) => ({ path, bytes })));
}

/** One command a line, each as it is typed. */
function nextSteps(sessionId: string, needs: readonly Need[]): string[] {
  return needs.length === 0 ? [`showrunner show ${sessionId}`] : needs.flatMap(({ next }) => next);
}
