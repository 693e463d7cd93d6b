import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readPlainFile, replacePlainFile } from '../../disk/index.js';
import { HookCounted, hooksFolder as folder, largestNotes as largest } from '../../reports/index.js';
import { redactor } from '../redactor.js';
import { notesPath } from './notes-path.js';

/** What the hooks remember of one session of a host. Money is never here: it is in the journal. */
const SessionNotes = HookCounted.extend({
  episode: z.string().optional(),
  /** Agents at work in the background: their usage is in their transcript when they have ended. */
  background: z.array(z.string()).default([]),
  /** Episode and phase for which a stop was blocked: never a second time. */
  stops: z.array(z.string()).default([]),
});
export type SessionNotes = z.infer<typeof SessionNotes>;

const mostNames = 200;

/** The notes of a session; empty ones where there are none, or none that can be read. */
export function readNotes(directory: string, session: string): SessionNotes {
  const found = readPlainFile(notesPath(directory, session), { largest, within: directory });
  return ('refused' in found ? undefined : parseNotes(found.bytes)) ?? SessionNotes.parse({});
}

/** Puts the notes in place whole. Two hooks at once may lose a count, never money. */
export function writeNotes(directory: string, session: string, notes: SessionNotes): void {
  mkdirSync(join(directory, folder), { recursive: true });
  replacePlainFile(notesPath(directory, session), JSON.stringify(notes), { within: directory });
}

/** Counts in a record that stays small, whatever names a host sends. */
export function countIn(counts: Record<string, number>, name: string): void {
  const clean = redactor.data(name).slice(0, 200);
  const known = Object.hasOwn(counts, clean) || Object.keys(counts).length < mostNames;
  const under = known ? clean : 'others';
  counts[under] = (Object.hasOwn(counts, under) ? (counts[under] ?? 0) : 0) + 1;
}

function parseNotes(bytes: Buffer): SessionNotes | undefined {
  try {
    return SessionNotes.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
