import { isFinished, phaseNames, type PhaseName, type PhaseStatus, type Usd } from '../../machines/index.js';
import type { Report } from './report.js';
import { isObject, noteUnread, pick, readCost, readError, readPhaseStatus, readTime } from './values.js';

export interface OlderPhase {
  status: PhaseStatus;
  cost: Usd;
  startedAt: string | null;
  endedAt: string | null;
  /** What it says of why it failed. */
  error: string | null;
  /** What it has made; undefined where it says nothing of that. */
  data: unknown;
}

const dataKeys = ['data', 'result', 'output'];

const phaseKeys = [
  'status',
  'cost',
  'total_cost',
  'start_time',
  'started_at',
  'started',
  'end_time',
  'ended_at',
  'completed_at',
  'ended',
  'checkpoint',
  'error',
  'error_message',
  ...dataKeys,
];

/** The three phases; undefined when a cost cannot be understood. */
export function readPhases(
  value: unknown,
  where: string,
  report: Report,
): Record<PhaseName, OlderPhase> | undefined {
  const phases: Partial<Record<PhaseName, OlderPhase>> = {};
  const all = isObject(value) ? value : {};
  if (value !== undefined && !isObject(value))
    report.note('warning', where, 'it is not an object of phases', 'all phases are read as pending');
  noteUnread(all, phaseNames, where, report);
  for (const name of phaseNames) {
    const found = Object.hasOwn(all, name) ? all[name] : undefined;
    const phase = isObject(found) ? found : {};
    const at = `${where}.${name}`;
    const cost = readCost(pick(phase, 'cost', 'total_cost'), `${at}.cost`, report);
    if (cost === undefined) return undefined;
    noteUnread(phase, phaseKeys, at, report);
    phases[name] = {
      cost,
      status: readPhaseStatus(
        typeof found === 'string' ? found : pick(phase, 'status'),
        `${at}.status`,
        report,
      ),
      startedAt: readTime(pick(phase, 'start_time', 'started_at', 'started'), `${at}.start_time`, report),
      endedAt: readTime(
        pick(phase, 'end_time', 'ended_at', 'completed_at', 'ended'),
        `${at}.end_time`,
        report,
      ),
      error: readError(phase),
      data: pick(phase, ...dataKeys),
    };
  }
  return phases as Record<PhaseName, OlderPhase>;
}

/** The statechart knows no phase that is begun before the one before it is finished. */
export function inOrder(
  phases: Record<PhaseName, OlderPhase>,
  where: string,
  report: Report,
): Record<PhaseName, OlderPhase> {
  let open = false;
  const entries = phaseNames.map((name) => {
    const phase = phases[name];
    const isEarly = open && phase.status !== 'pending';
    if (isEarly)
      report.note(
        'warning',
        `${where}.${name}`,
        `it is ${phase.status} although an earlier phase is not finished`,
        'imported as pending; its cost is kept',
      );
    open ||= !isFinished(phase.status);
    return [name, isEarly ? { ...phase, status: 'pending' as const } : phase];
  });
  return Object.fromEntries(entries) as Record<PhaseName, OlderPhase>;
}
