import { join } from 'node:path';
import * as z from 'zod';
import type { SessionId } from '../../machines/ids.js';
import { nodeDisk } from '../disk/index.js';
import { replaceFile } from './durable-file.js';
import { produceSettingsFile as file, readSettingsFile } from './produce-settings-file.js';
import { sealed } from './seal.js';

/**
 * How `showrunner produce` was called, kept in the session's folder so that `showrunner resume` can go on with it. The crew's options are in the journal too; where its
 * module lies and how long this machine may be silent are matters of this machine, and not of the episode's past.
 */
export const ProduceSettings = z.object({
  crew: z.string(),
  crew_options: z.record(z.string(), z.unknown()),
  /** What --lease said. Milliseconds. */
  lease_ms: z.number().min(1).max(86_400_000).optional(),
});
export type ProduceSettings = z.infer<typeof ProduceSettings>;

export function writeProduceSettings(
  production: { directory: string; seeJournal: () => void; prepareSession: (id: SessionId) => void },
  sessionId: SessionId,
  settings: ProduceSettings,
): void {
  const text = sealed(JSON.stringify(settings, undefined, 2));
  // The episode may be one of another machine.
  production.prepareSession(sessionId);
  replaceFile(nodeDisk, join(production.directory, sessionId, file), [text], {
    seeJournal: () => production.seeJournal(),
  });
}

/** Undefined when the episode was not begun by `showrunner produce`, and when somebody has edited the file. */
export function readProduceSettings(directory: string, sessionId: SessionId): ProduceSettings | undefined {
  return ProduceSettings.safeParse(readSettingsFile(directory, sessionId)).data;
}
