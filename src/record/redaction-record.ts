import * as z from 'zod';
import { Actor, Reason } from '../../machines/index.js';
import type { JournalPort } from '../journal/index.js';
import { CommitLine } from './commit.js';

/** How often something was found. */
const Places = z.object({
  journal: z.int().nonnegative(),
  documents: z.int().nonnegative(),
  files: z.int().nonnegative(),
});

/** That a text was taken out of everything before this commit: who did it and why, and what the text was, without saying it. Written since machine version 2. */
export const RedactionRecord = z.object({
  by: Actor,
  reason: Reason,
  /** Lower-case hexadecimal SHA-256 of the text. */
  sha256: z.string(),
  /** Characters of the text. */
  length: z.int().positive(),
  places: Places,
});
export type RedactionRecord = z.infer<typeof RedactionRecord>;

/** A removal in the production's past. */
export interface PastRedaction extends RedactionRecord {
  /** Journal position after it. */
  position: number;
  at: string;
}

const mark = '"redaction":{';

/** Every removal of a text, oldest first. Reads the whole journal; the text is searched before it is parsed. */
export function redactionHistory(journal: JournalPort): PastRedaction[] {
  const found: PastRedaction[] = [];
  journal.scan(({ text, end }) => {
    if (!text.includes(mark)) return;
    const { at, redaction } = CommitLine.parse(JSON.parse(text));
    const checked = RedactionRecord.safeParse(redaction);
    if (checked.success) found.push({ position: end, at, ...checked.data });
  });
  return found;
}
