import { readdir } from 'node:fs/promises';
import { isSessionId, phaseNames } from '../../machines/index.js';
import { episodeKeys, type OlderCheckpoint, type OlderEpisode } from './older-episode.js';
import type { Report } from './report.js';
import type { Json } from './values.js';

/** Session folders that the state file says nothing of. */
export async function noteUnlisted(
  folder: string,
  listed: ReadonlySet<string>,
  report: Report,
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => isSessionId(name) && !listed.has(name)).sort();
  for (const name of names)
    report.note('warning', name, 'it is a session folder that the state file does not list', 'not imported');
}

/** The production's own sum, where it is not what its episodes sum to. */
export function noteTotal(
  value: unknown,
  episodes: readonly OlderEpisode[],
  where: string,
  report: Report,
): void {
  if (value === undefined) return;
  const sum = episodes.reduce(
    (all, { phases, unattributed }) =>
      phaseNames.reduce((each, name) => each + phases[name].cost, all + unattributed),
    0,
  );
  const total = Math.round(Number(value) * 1e6);
  if (total !== sum)
    report.note(
      'warning',
      where,
      `it says ${JSON.stringify(value)?.slice(0, 60)}, the episodes that are understood sum to ${sum / 1e6}`,
      'what the episodes say counts',
    );
}

/** What the main file and a session's own file say differently. */
export function noteContradictions(
  listed: { value: Json; where: string },
  own: { value: Json; file: string },
  report: Report,
): void {
  for (const key of episodeKeys) {
    const [there, here] = [listed.value[key], own.value[key]];
    if (there === undefined || here === undefined || JSON.stringify(there) === JSON.stringify(here)) continue;
    report.note(
      'warning',
      `${listed.where}.${key}`,
      `it says ${shown(there)}, ${own.file} says ${shown(here)}`,
      `what ${own.file} says counts`,
    );
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}

/** What a phase says that it has made is its checkpoint, where it has no file of one. */
export function withPhaseData(
  { phases }: Pick<OlderEpisode, 'phases'>,
  checkpoints: readonly OlderCheckpoint[],
): OlderCheckpoint[] {
  const made = phaseNames.filter(
    (name) => phases[name].data !== undefined && !checkpoints.some(({ phase }) => phase === name),
  );
  return [
    ...checkpoints,
    ...made.map((phase) => ({
      name: `${phase}_imported`,
      phase,
      at: phases[phase].endedAt,
      data: phases[phase].data,
    })),
  ];
}
