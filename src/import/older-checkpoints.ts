import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { phaseNames } from '../../machines/index.js';
import type { OlderCheckpoint } from './older-episode.js';
import { readJson } from './read-json.js';
import type { Report } from './report.js';
import { isObject, noteUnread, pick, readTime } from './values.js';

const checkpointKeys = ['phase', 'session_id', 'timestamp', 'created_at', 'data', 'next_phase', 'can_resume'];

/** The checkpoints in a session's folder: `checkpoint_<phase>_<time>.json`, and `<phase>/checkpoint.json`. */
export async function readCheckpoints(
  folder: string,
  id: string,
  report: Report,
): Promise<OlderCheckpoint[]> {
  const names = await readdir(join(folder, id)).catch(() => [] as string[]);
  const isPhases = (name: string): boolean => /^checkpoint_(research|script|audio)_.*\.json$/.test(name);
  for (const name of names.filter((each) => /^checkpoint.*\.json$/.test(each) && !isPhases(each)).sort())
    report.note('warning', `${id}/${name}`, 'it is of no phase that is known here', 'left out');
  const files = [...names.filter(isPhases), ...phaseNames.map((phase) => `${phase}/checkpoint.json`)];
  const found: OlderCheckpoint[] = [];
  for (const file of files.sort()) {
    const value = readJson(folder, `${id}/${file}`, report);
    if (value === undefined) continue;
    const phase = phaseNames.find(
      (each) => file.startsWith(`checkpoint_${each}_`) || file.startsWith(`${each}/`),
    );
    if (!phase || !isObject(value)) {
      report.note('warning', `${id}/${file}`, 'it is not a checkpoint', 'left out');
      continue;
    }
    const owner = pick(value, 'session_id');
    if (typeof owner === 'string' && owner !== id) {
      report.note('warning', `${id}/${file}`, `it is a checkpoint of ${owner.slice(0, 80)}`, 'left out');
      continue;
    }
    const says = pick(value, 'phase');
    if (says !== undefined && says !== phase)
      report.note(
        'warning',
        `${id}/${file}: phase`,
        `it says ${JSON.stringify(says)?.slice(0, 60)}, its name says ${phase}`,
        'its name counts',
      );
    if (Object.hasOwn(value, 'data')) noteUnread(value, checkpointKeys, `${id}/${file}`, report);
    const name = file.includes('/')
      ? `${phase}_imported`
      : basename(file, '.json')
          .toLowerCase()
          .replaceAll(/[^a-z0-9_-]/g, '_')
          .slice(0, 64);
    found.push({
      name,
      phase,
      at: readTime(pick(value, 'timestamp', 'created_at'), `${id}/${file}`, report),
      data: Object.hasOwn(value, 'data') ? value['data'] : value,
    });
  }
  return found;
}
