import { join } from 'node:path';
import * as z from 'zod';
import type { SessionId } from '../../machines/ids.js';
import { decodeJson, nodeDisk, readPlainFile } from '../disk/index.js';
import { replaceFile } from './durable-file.js';
import { produceSettingsFile as file } from './produce-settings-file.js';

/** How `showrunner produce` was called, kept in the session's folder so that `showrunner resume` can go on with it. */
export const ProduceSettings = z.object({
  crew: z.string(),
  crew_options: z.record(z.string(), z.unknown()),
  /** What --lease said. Milliseconds. */
  lease_ms: z.number().min(1).max(86_400_000).optional(),
});
export type ProduceSettings = z.infer<typeof ProduceSettings>;

const largest = 1024 * 1024;

export function writeProduceSettings(
  directory: string,
  sessionId: SessionId,
  settings: ProduceSettings,
): void {
  replaceFile(nodeDisk, join(directory, sessionId, file), [
    Buffer.from(`${JSON.stringify(settings, undefined, 2)}\n`),
  ]);
}

/** Undefined when the episode was not begun by `showrunner produce`. */
export function readProduceSettings(directory: string, sessionId: SessionId): ProduceSettings | undefined {
  const read = readPlainFile(join(directory, sessionId, file), { largest, within: directory });
  if ('refused' in read) return undefined;
  try {
    return ProduceSettings.parse(decodeJson(read.bytes));
  } catch {
    return undefined;
  }
}
