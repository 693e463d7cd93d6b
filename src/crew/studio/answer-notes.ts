import * as z from 'zod';
import type { PhaseContext } from '../port.js';

/** Without an id from when a call is about to be made until its id is known. */
const Kept = z.object({ id: z.string().nullable() });

/** Ids of what providers keep for a while, by the calls that began it. */
export interface AnswerNotes {
  read(name: string): Promise<string | undefined>;
  write(name: string, id: string | null): Promise<void>;
}

/** Notes in a folder of the phase's own, each a file, so that they outlive the process; those of an earlier revision are not read. */
export function answerNotes(context: PhaseContext, folder: string): AnswerNotes {
  const fileOf = (name: string): string => `${folder}/${name}-${String(context.revision)}.json`;
  return {
    async read(name) {
      const bytes = await context.readArtifact(`${context.phase}/${fileOf(name)}`);
      return bytes && (Kept.parse(JSON.parse(new TextDecoder().decode(bytes))).id ?? undefined);
    },
    async write(name, id) {
      await context.writeArtifact(fileOf(name), `${JSON.stringify({ id })}\n`);
    },
  };
}
