import { inputsOf } from '../inputs-of.js';
import { needsHere } from '../../production/needs-here.js';
import type { Run } from '../command.js';
import { episodeEstimates, hookCounts, waitOf } from '../../reports/index.js';
import { crewText } from '../../shapes/crew-text.js';
import {
  afterCancel,
  dollars,
  estimateLines,
  needLines,
  standing,
  table,
  waitLines,
  warningLines,
} from '../format.js';
import { warningsOf } from '../warnings-of.js';
import { hookLines } from '../hook-lines.js';
import { findEpisode } from '../find-episode.js';
import {
  type CallInput,
  type CrewChoice,
  escapeForTerminal,
  formatUsd,
  leftOf,
  phaseNames,
  possibleEvents,
  rehydrate,
  stateName,
} from '../../../machines/index.js';

export const run: Run = async (context, [name = '']) => {
  const manager = await context.open();
  const id = await findEpisode(manager, name);
  const state = await manager.getEpisodeState(id);
  const persisted = await manager.getSnapshot(id);
  const snapshot = rehydrate(persisted);
  const { context: episode } = persisted;
  const { startAt, dueBy } = episode;
  const needs = needsHere(manager.production, snapshot);
  const warnings = warningsOf(manager, episode);
  const wait = waitOf(state.status, episode, {
    now: manager.production.now(),
    timeZone: manager.production.policy.timeZone,
  });
  const estimates = episodeEstimates(episode);
  const hooks = hookCounts(context.directory);
  const rows = phaseNames.map((phase) => {
    const { status, cost, start_time: start, end_time: end } = state.phases[phase];
    return [
      phase,
      status,
      `${dollars(cost)} of ${formatUsd(episode.budgets[phase])}`,
      start ?? '',
      end ?? '',
    ];
  });
  const { crew } = episode;
  const inputs = await inputsOf(manager, id, Object.keys(episode.operations));
  const operations = Object.entries(episode.operations).map(
    ([key, { operation, amount, state: held, at }]) =>
      `  ${key}: ${operation}, up to ${formatUsd(amount)}, ${held} since ${at}${inputLine(inputs[key])}`,
  );
  const text = [
    standing(state, needs),
    `  "${escapeForTerminal(state.topic)}"`,
    ...waitLines(wait),
    ...(dueBy === null ? [] : [`due by ${dueBy}`]),
    ...needLines(needs),
    ...afterCancel(persisted),
    ...warningLines(warnings),
    ...estimateLines(estimates),
    table(['phase', 'status', 'spent', 'started', 'ended'], rows),
    `total ${dollars(state.total_cost)} of ${formatUsd(episode.budgets.total)}, ${formatUsd(leftOf(episode))} left${episode.money.inherited > 0 ? `, ${formatUsd(episode.money.inherited)} inherited from ${episode.forkedFrom ?? ''}` : ''}`,
    ...(operations.length > 0 ? ['paid calls not settled:', ...operations] : []),
    ...(episode.failure
      ? [
          `failed: ${episode.failure.code} in ${episode.failure.phase ?? 'no phase'}: ${escapeForTerminal(episode.failure.message)}`,
        ]
      : []),
    ...(episode.claim
      ? [`claimed by ${escapeForTerminal(episode.claim.by)} until ${episode.claim.until}`]
      : []),
    ...(crew ? [crewLine(crew)] : []),
    `checkpoints: ${Object.keys(episode.checkpoints).join(', ') || 'none yet'}`,
    `quality: ${
      Object.entries(state.quality_scores)
        .map(([score, value]) => `${score} ${value}`)
        .join(', ') || 'no scores yet'
    }`,
    ...hookLines(hooks),
  ].join('\n');
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
    text,
  };
};

function crewLine(crew: CrewChoice): string {
  const { options, withheld } = crew;
  const given = options === null ? '' : `, with ${options}`;
  const missing = withheld.length > 0 ? ` (${withheld.join(', ')} not kept: a secret)` : '';
  return escapeForTerminal(`crew: ${crewText(crew)}${given}${missing}`);
}

const mostShown = 200;

function inputLine(input: CallInput | undefined): string {
  if (!input) return '';
  const line = input.text.replaceAll(/\s+/g, ' ');
  return `\n    with ${escapeForTerminal(line.slice(0, mostShown))}${line.length > mostShown ? ' …' : ''}`;
}
