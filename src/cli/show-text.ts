import { escapeForTerminal } from '../../machines/escape.js';
import type { CallInput, CrewChoice } from '../../machines/index.js';
import { leftOf } from '../../machines/episode/money.js';
import { phaseNames } from '../../machines/phase-names.js';
import { formatUsd } from '../../machines/usd.js';
import { crewText } from '../shapes/crew-text.js';
import {
  afterCancel,
  dollars,
  estimateLines,
  needLines,
  standing,
  table,
  waitLines,
  warningLines,
} from './format.js';
import type { ShownEpisode } from './from-documents.js';

/** Where an episode stands, for people; `inputs` is what its open calls are made with, by key, and `hooks` is said last. */
export function showText(
  { state, persisted, needs, wait, due_by: dueBy, warnings, estimates }: ShownEpisode,
  inputs: Record<string, CallInput>,
  hooks: readonly string[],
): string {
  const { context: episode } = persisted;
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
  const operations = Object.entries(episode.operations).map(
    ([key, { operation, amount, state: held, at }]) =>
      `  ${key}: ${operation}, up to ${formatUsd(amount)}, ${held} since ${at}${inputLine(inputs[key])}`,
  );
  return [
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
    ...hooks,
  ].join('\n');
}

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
