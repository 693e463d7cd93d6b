import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { SessionId } from '../../machines/ids.js';
import { nodeDisk } from '../disk/index.js';
import { replaceFile } from '../documents/index.js';

/** How `showrunner produce` was called, kept in the session's folder so that `showrunner resume` can go on with it. */
export const Producing = z.object({
  crew: z.string(),
  crew_options: z.record(z.string(), z.unknown()),
});
export type Producing = z.infer<typeof Producing>;

const file = 'producing.json';

export function writeProducing(directory: string, sessionId: SessionId, settings: Producing): void {
  replaceFile(nodeDisk, join(directory, sessionId, file), [
    Buffer.from(`${JSON.stringify(settings, undefined, 2)}\n`),
  ]);
}

/** Undefined when the episode was not begun by `showrunner produce`. */
export function readProducing(directory: string, sessionId: SessionId): Producing | undefined {
  try {
    return Producing.parse(JSON.parse(readFileSync(join(directory, sessionId, file), 'utf8')));
  } catch {
    return undefined;
  }
}
