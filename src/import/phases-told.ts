import { phaseNames, type PhaseName } from '../../machines/index.js';
import { choose, objectByPlainKeys, type At } from './known-keys.js';
import { phaseOf } from './phase-words.js';
import type { Report } from './report.js';
import { isObject, statusWord, type Json } from './values.js';

/** What an episode says of its phases, whatever its form, as an object of phases. */
export interface ToldPhases {
  /** By our names. */
  phases: Partial<Record<PhaseName, Json>>;
  /** Under names that are none of a phase, as they stand. */
  strange: Json;
}

/** Keys that say something of the phases from outside of them. */
export const phasesKeys = [
  'phases',
  'stages',
  'steps',
  'completed_phases',
  'phases_completed',
  'current_phase',
  'phase',
  'current_stage',
  ...phaseNames,
];

/** `phases` as an object or a list; phases beside the other keys; or only which are complete and which one is under way. */
export function toldPhases(value: Json, at: At, report: Report): ToldPhases {
  const told = choose(value, ['phases', 'stages', 'steps'], at, report);
  const found: ToldPhases = { phases: {}, strange: {} };
  for (const [word, each] of entriesOf(told ?? besides(value), at('phases'), report)) {
    const phase = phaseOf(word);
    if (phase === undefined || found.phases[phase]) found.strange[word] = each;
    else
      found.phases[phase] = isObject(each)
        ? (objectByPlainKeys(each, `${at('phases')}.${word.slice(0, 80)}`, report) ?? {})
        : { status: each };
  }
  addProgress(found.phases, value, at, report);
  return found;
}

function besides(value: Json): Json {
  return Object.fromEntries(phaseNames.flatMap((name) => (name in value ? [[name, value[name]]] : [])));
}

function entriesOf(told: unknown, where: string, report: Report): [string, unknown][] {
  if (isObject(told)) return Object.entries(told);
  if (!Array.isArray(told)) {
    report.note('warning', where, 'it is not an object of phases', 'all phases are read as pending');
    return [];
  }
  return told.map((each: unknown, index) => {
    const name = isObject(each) ? (each['name'] ?? each['phase'] ?? each['stage']) : undefined;
    if (isObject(each) && typeof name === 'string') {
      const { name: _name, phase: _phase, stage: _stage, ...rest } = each;
      return [name, rest];
    }
    return [String(index), each];
  });
}

/** Lists of what is complete, and the phase that is under way, for phases that say no status of their own. */
function addProgress(phases: Partial<Record<PhaseName, Json>>, value: Json, at: At, report: Report): void {
  const set = (phase: PhaseName, status: string): void => {
    const known = phases[phase];
    if (known?.['status'] === undefined) phases[phase] = { ...known, status };
  };
  const complete = choose(value, ['completed_phases', 'phases_completed'], at, report);
  for (const word of Array.isArray(complete) ? complete : []) {
    const phase = phaseOf(word);
    if (phase) set(phase, 'complete');
    else
      report.note(
        'warning',
        at('completed_phases'),
        `${JSON.stringify(word)?.slice(0, 60)} is no phase`,
        'left out',
      );
  }
  const current =
    phaseOf(choose(value, ['current_phase', 'current_stage', 'phase'], at, report)) ??
    phaseOf(value['status']);
  if (!current) return;
  const words: Record<string, string> = { failed: 'failed', error: 'failed' };
  for (const phase of phaseNames.slice(0, phaseNames.indexOf(current))) set(phase, 'complete');
  const word = statusWord(value['status']);
  if (!/^(?:complete|completed|done|finished|published|archived)$/.test(word))
    set(current, words[word] ?? 'active');
}
