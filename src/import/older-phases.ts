import { isFinished, phaseNames, type PhaseName, type PhaseStatus, type Usd } from '../../machines/index.js';
import { amountKeys, readAmount } from './amounts.js';
import { choose, within, type At } from './known-keys.js';
import { phasesKeys, toldPhases } from './phases-told.js';
import type { Report } from './report.js';
import { isObject, noteUnread, readError, readPhaseStatus, readTime, type Json } from './values.js';

export interface OlderPhase {
  status: PhaseStatus;
  cost: Usd;
  startedAt: string | null;
  endedAt: string | null;
  /** What it says of why it failed. */
  error: string | null;
  /** Its work is nowhere, though it was complete. */
  isLost?: true;
  /** What it has made; undefined where it says nothing of that. */
  data: unknown;
  /** The file that it names as its checkpoint. */
  checkpoint: string | null;
}

/** The three phases, and money that names a phase which is none of them. */
export interface OlderPhases {
  phases: Record<PhaseName, OlderPhase>;
  others: Usd;
}

const dataKeys = ['data', 'result', 'output', 'outputs', 'results'];
const costKeys = ['cost', 'total_cost', 'cost_usd', 'spent', 'price'];
const startKeys = ['start_time', 'started_at', 'started'];
const endKeys = ['end_time', 'ended_at', 'completed_at', 'ended', 'finished_at'];

const phaseKeys = [
  'status',
  'state',
  ...amountKeys(costKeys),
  ...startKeys,
  ...endKeys,
  'checkpoint',
  'checkpoint_file',
  'error',
  'error_message',
  'failure',
  'last_error',
  'errors',
  ...dataKeys,
];

export { phasesKeys };

/** The three phases; undefined when a cost cannot be understood. `costs` is what the episode says of them elsewhere. */
export function readPhases(
  value: Json,
  costs: Partial<Record<PhaseName, Usd>>,
  place: At,
  report: Report,
): OlderPhases | undefined {
  const { phases: told, strange } = toldPhases(value, place, report);
  const at = place('phases');
  noteUnread(strange, [], at, report);
  const phases: Partial<Record<PhaseName, OlderPhase>> = {};
  for (const name of phaseNames) {
    const phase = readPhase(told[name] ?? {}, `${at}.${name}`, report);
    if (!phase) return undefined;
    phases[name] = { ...phase, cost: costOf(phase.cost, costs[name], `${at}.${name}.cost`, report) };
  }
  const others = costsOf(strange, at, report);
  return others === undefined ? undefined : { phases: phases as OlderPhases['phases'], others };
}

function readPhase(phase: Json, where: string, report: Report): OlderPhase | undefined {
  const at = within(where);
  const cost = readAmount(phase, costKeys, at, report);
  if (cost === undefined) return undefined;
  noteUnread(phase, phaseKeys, where, report);
  const checkpoint = choose(phase, ['checkpoint', 'checkpoint_file'], at, report);
  return {
    cost,
    status: readPhaseStatus(choose(phase, ['status', 'state'], at, report), at('status'), report),
    startedAt: readTime(choose(phase, startKeys, at, report), at('start_time'), report),
    endedAt: readTime(choose(phase, endKeys, at, report), at('end_time'), report),
    error: readError(phase),
    data: dataOf(phase, checkpoint),
    checkpoint: typeof checkpoint === 'string' ? checkpoint : null,
  };
}

/** What it has made, under one key or several; a checkpoint that is no file's name is such data too. */
function dataOf(phase: Json, checkpoint: unknown): unknown {
  const keys = dataKeys.filter((key) => Object.hasOwn(phase, key) && phase[key] !== null);
  if (keys.length > 1) return Object.fromEntries(keys.map((key) => [key, phase[key]]));
  const [key] = keys;
  return key === undefined ? (isObject(checkpoint) ? checkpoint : undefined) : phase[key];
}

function costOf(own: Usd, elsewhere: Usd | undefined, where: string, report: Report): Usd {
  if (elsewhere === undefined || elsewhere === own) return own;
  if (own === 0) return elsewhere;
  report.note(
    'warning',
    where,
    `it says ${own / 1e6}, the episode's costs say ${elsewhere / 1e6}`,
    'what the phase says counts',
  );
  return own;
}

/** What phases that are none here have cost. */
function costsOf(strange: Json, where: string, report: Report): Usd | undefined {
  let sum = 0;
  for (const [name, each] of Object.entries(strange)) {
    if (!isObject(each)) continue;
    const cost = readAmount(each, costKeys, within(`${where}.${name.slice(0, 80)}`), report);
    if (cost === undefined) return undefined;
    if (cost > 0)
      report.note(
        'warning',
        `${where}.${name.slice(0, 80)}`,
        `it has cost ${cost / 1e6}, and is no phase here`,
        "kept on the episode's last phase",
      );
    sum += cost;
  }
  return sum as Usd;
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
