import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { phaseNames, type PhaseName, type SessionId } from '../../machines/index.js';
import { byPlainKeys, choose, within } from './known-keys.js';
import type { OlderCheckpoint } from './older-episode.js';
import type { OlderPhase } from './older-phases.js';
import { phaseInName, phaseOf } from './phase-words.js';
import { readJson } from './read-json.js';
import type { Report } from './report.js';
import { isObject, noteUnread, pick, readTime, type Json } from './values.js';

const checkpointKeys = [
  'phase',
  'session_id',
  'timestamp',
  'created_at',
  'saved_at',
  'time',
  'data',
  'next_phase',
  'can_resume',
  'version',
];

interface Place {
  base: string;
  folder: string;
  id: SessionId;
}

/** Whether a session's folder has a file of a checkpoint. */
export function hasCheckpoints(base: string, folder: string): boolean {
  return checkpointFiles(base, folder).length > 0;
}

/** The checkpoints in a session's folder: files with the word in their name, those in `checkpoints/`, and what its phases name. */
export function readCheckpoints(
  base: string,
  folder: string,
  id: SessionId,
  phases: Record<PhaseName, OlderPhase>,
  report: Report,
): { found: OlderCheckpoint[]; files: string[] } {
  const place = { base, folder, id };
  const files = new Map<string, PhaseName | undefined>();
  for (const file of checkpointFiles(base, folder)) files.set(file, undefined);
  for (const phase of phaseNames) {
    const named = phases[phase].checkpoint;
    if (named === null || named === '') continue;
    const file = namedFile(place, phase, named);
    if (file !== undefined) files.set(file, phase);
    else
      report.note(
        'warning',
        `${folder}: phases.${phase}.checkpoint`,
        `it names ${JSON.stringify(named.slice(0, 80))}, which is not there`,
        'left out',
      );
  }
  const found: OlderCheckpoint[] = [];
  for (const [file, phase] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const read = readOne(place, file, phase, report);
    if (read) found.push({ ...read, name: freeName(read.name, found) });
  }
  return { found, files: [...files.keys()] };
}

function readOne(
  { base, folder, id }: Place,
  file: string,
  named: PhaseName | undefined,
  report: Report,
): OlderCheckpoint | undefined {
  const where = `${folder}/${file}`;
  const value = readJson(base, where, report);
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    report.note('warning', where, 'it is not a checkpoint', 'left out');
    return undefined;
  }
  const plain = byPlainKeys(value, where, report);
  const owner = pick(plain, 'session_id');
  if (typeof owner === 'string' && owner !== id && owner !== folder) {
    report.note('warning', where, `it is a checkpoint of ${owner.slice(0, 80)}`, 'left out');
    return undefined;
  }
  const says = pick(plain, 'phase');
  const byName = named ?? phaseByPath(file);
  const phase = byName ?? phaseOf(says);
  if (!phase) {
    report.note('warning', where, 'it is of no phase that is known here', 'left out');
    return undefined;
  }
  if (says !== undefined && phaseOf(says) !== phase)
    report.note(
      'warning',
      `${where}: phase`,
      `it says ${JSON.stringify(says)?.slice(0, 60)}, its name says ${phase}`,
      'its name counts',
    );
  const hasData = Object.hasOwn(plain, 'data');
  if (hasData) noteUnread(plain, checkpointKeys, where, report);
  return {
    name: nameOf(file, phase),
    phase,
    at: timeOf(plain, where, report),
    data: hasData ? plain['data'] : value,
  };
}

function timeOf(plain: Json, where: string, report: Report): string | null {
  return readTime(
    choose(plain, ['timestamp', 'created_at', 'saved_at', 'time'], within(where), report),
    where,
    report,
  );
}

function nameOf(file: string, phase: PhaseName): string {
  if (file === `${phase}/checkpoint.json`) return `${phase}_imported`;
  const name = basename(file, '.json')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '_')
    .replace(/^[_-]{1,64}/, '')
    .slice(0, 60);
  return name === '' || name === `${phase}_complete` ? `${phase}_imported` : name;
}

function freeName(name: string, found: readonly OlderCheckpoint[]): string {
  for (let copy = 1; ; copy += 1) {
    const free = copy === 1 ? name : `${name}_${copy}`;
    if (!found.some((each) => each.name === free)) return free;
  }
}

function phaseByPath(file: string): PhaseName | undefined {
  const [first = ''] = file.split('/');
  return (file.includes('/') ? phaseOf(first) : undefined) ?? phaseInName(basename(file, '.json'));
}

/** In the folder itself, in `checkpoints/`, and in the folders of phases. */
function checkpointFiles(base: string, folder: string): string[] {
  const isCheckpoint = (name: string): boolean => /checkpoint.{0,200}\.json$/i.test(name);
  const own = namesOf(join(base, folder));
  const inFolders = own
    .filter((name) => name === 'checkpoints' || phaseOf(name) !== undefined)
    .flatMap((sub) =>
      namesOf(join(base, folder, sub))
        .filter((name) => (sub === 'checkpoints' ? name.endsWith('.json') : isCheckpoint(name)))
        .map((name) => `${sub}/${name}`),
    );
  return [...own.filter(isCheckpoint), ...inFolders];
}

function namesOf(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** The file that a phase names, wherever in the session's folder it lies. */
function namedFile({ base, folder }: Place, phase: PhaseName, named: string): string | undefined {
  const name = basename(named.replaceAll('\\', '/'));
  const files = [name, `${name}.json`];
  for (const sub of ['', 'checkpoints', phase]) {
    const there = namesOf(join(base, folder, sub));
    const found = files.find((file) => file.endsWith('.json') && there.includes(file));
    if (found !== undefined) return sub === '' ? found : `${sub}/${found}`;
  }
  return undefined;
}
