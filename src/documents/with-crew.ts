import type { SessionId } from '../../machines/ids.js';
import type { Need } from '../shapes/index.js';
import { readSettingsFile } from './produce-settings-file.js';

/** The commands that work on an episode of which nobody has kept how it was produced. */
export function crewCommands(sessionId: SessionId): string[] {
  return ['showrunner work --crew ./crew.mjs', `showrunner produce ${sessionId} --crew ./crew.mjs`];
}

/**
 * What an episode needs, with commands that lead on: `resume` makes only what `showrunner produce` has begun. What a program of somebody's own
 * has begun wants that program again, or a crew by name.
 */
export function withCrew(needs: readonly Need[], directory: string, sessionId: SessionId): Need[] {
  return needs.map((need) =>
    need.need !== 'idle' || readSettingsFile(directory, sessionId) !== undefined
      ? need
      : {
          ...need,
          text: `${need.text}: run the program that began it again, or give it a crew`,
          next: crewCommands(sessionId),
        },
  );
}
