import { join } from 'node:path';
import type { SessionId } from '../../machines/ids.js';
import { plainly } from '../../machines/plain.js';
import { nodeDisk } from '../disk/index.js';
import { replaceFile } from './durable-file.js';
import { produceSettingsFile as file, readSettingsFile } from './produce-settings-file.js';
import { sealed } from './seal.js';
import { ProduceSettings } from './shapes.js';

export type { ProduceSettings };

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
  const read = readSettingsFile(directory, sessionId);
  if (typeof read !== 'object' || read === null) return undefined;
  const { crc32: _checked, ...settings } = read as { crc32?: string };
  const plain = plainly('settings', settings, () => ProduceSettings);
  return plain ? (plain as ProduceSettings) : ProduceSettings.safeParse(settings).data;
}
