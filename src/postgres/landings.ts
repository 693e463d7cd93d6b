import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  LandingNote,
  landingNote,
  placeLanding,
  type LandingAnswer,
  type LandingRequest,
  type Placed,
} from '../journal/index.js';

/** What is in a row: a server that is no Postgres, or has another table of that name, answers anything. */
export const Place = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** Beside what it takes to land behind a commit, its request's SHA-256: what is sent again under its key must be the same. */
const Note = LandingNote.extend({ sent: z.string().optional() });
type Note = z.infer<typeof Note>;
const Noted = z
  .string()
  .nullable()
  .transform((text) => (text === null ? undefined : noteIn(text)));

/** What somebody has appended, and what it takes to land behind it. */
export const Since = z.object({
  position: Place,
  ends: Place,
  key: z.string(),
  bytes: z.instanceof(Buffer),
  landing: Noted,
});
type Since = z.infer<typeof Since>;
export const Landed = Since.omit({ ends: true, key: true });
export type Landed = z.infer<typeof Landed>;

/** Who cannot read what is noted there takes it for nothing: then it is decided again. */
function noteIn(text: string): Note | undefined {
  try {
    return Note.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function noteOf(request: LandingRequest, placed: Placed): string {
  return JSON.stringify({ ...landingNote(request, placed), sent: hashOf(request) } satisfies Note);
}

/** A row whose request was not noted can be compared where it lies where it was decided; elsewhere only its key tells. */
export function isSame(request: LandingRequest, { position, bytes, landing }: Landed): boolean {
  if (landing?.sent !== undefined) return landing.sent === hashOf(request);
  if (position !== request.position) return landing !== undefined;
  return placeLanding(request, position, undefined)?.bytes.equals(bytes) ?? false;
}

function hashOf(request: LandingRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex');
}

/** Where one of the rows that are to follow each other from `position` on does not begin where the one before ended. */
export function gapIn(
  rows: readonly { position: number; bytes: Buffer }[],
  position: number,
): number | undefined {
  let at = Math.min(rows[0]?.position ?? position, position);
  for (const row of rows) {
    if (row.position !== at) return at;
    at += row.bytes.length;
  }
  return undefined;
}

/** Whether commits can be placed behind these rows: a note that names another checksum than their last line's would have the next line follow nothing. */
export function canFollow(rows: readonly Since[], position: number): boolean {
  if (gapIn(rows, position) !== undefined || (rows[0] && rows[0].position !== position)) return false;
  return rows.every(
    ({ position: from, ends, bytes, landing }) =>
      ends === from + bytes.length &&
      (landing === undefined || bytes.toString('latin1', bytes.length - 12) === `"${landing.crc}"}\n`),
  );
}

export function linesOf({ position, bytes }: { position: number; bytes: Buffer }): LandingAnswer['lines'] {
  const lines: LandingAnswer['lines'] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf('\n', from) + 1 || bytes.length;
    lines.push({ position: position + from, end: position + end });
    from = end;
  }
  return lines;
}
