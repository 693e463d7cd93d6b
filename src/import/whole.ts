import { phaseNames } from '../../machines/index.js';
import { shown } from './known-keys.js';
import { episodeKeys, type OlderCheckpoint, type OlderEpisode } from './older-episode.js';
import type { Report } from './report.js';
import type { OwnState } from './session-folders.js';
import type { Json } from './values.js';

/** What the main file and a session's own file say differently. */
export function noteContradictions(
  listed: { value: Json; where: string },
  own: OwnState,
  report: Report,
): void {
  for (const key of episodeKeys) {
    const [there, here] = [listed.value[key], own.value[key]];
    if (there === undefined || here === undefined || JSON.stringify(there) === JSON.stringify(here)) continue;
    const file = own.place(key)?.split(': ')[0] ?? '';
    report.note(
      'warning',
      `${listed.where}.${key}`,
      `it says ${shown(there)}, ${file} says ${shown(here)}`,
      `what ${file} says counts`,
    );
  }
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
