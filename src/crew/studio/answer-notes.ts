import * as z from 'zod';
import type { OperationCall, PhaseContext } from '../port.js';

/** Of which call the provider's id is: an earlier one under the same key was booked, or a person has answered for it. */
const Kept = z.object({ id: z.string(), reserved_at: z.string() });

type Reserved = Pick<OperationCall, 'reservedAt'>;

/** Ids of what providers keep for a while, by the calls that began it. */
export interface AnswerNotes {
  /** Undefined where none was written down for this very call. */
  read(name: string, call: Reserved): Promise<string | undefined>;
  write(name: string, call: Reserved, id: string): Promise<void>;
}

/** Notes in a folder of the phase's own, each a file, so that they outlive the process; those of an earlier revision are not read. */
export function answerNotes(context: PhaseContext, folder: string): AnswerNotes {
  const fileOf = (name: string): string => `${folder}/${name}-${String(context.revision)}.json`;
  return {
    async read(name, { reservedAt }) {
      const bytes = await context.readArtifact(`${context.phase}/${fileOf(name)}`);
      if (!bytes) return undefined;
      const kept = Kept.safeParse(jsonIn(bytes)).data;
      return kept?.reserved_at === reservedAt ? kept.id : undefined;
    },
    async write(name, { reservedAt }, id) {
      await context.writeArtifact(fileOf(name), `${JSON.stringify({ id, reserved_at: reservedAt })}\n`);
    },
  };
}

/** Undefined where a file is no longer what was written. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
