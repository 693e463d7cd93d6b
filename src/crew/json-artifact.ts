import type * as z from 'zod';
import { ProductionError } from '../../machines/errors.js';
import type { PhaseContext } from './port.js';

/** JSON for an artifact: indented, with a newline at the end. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Reads and checks a JSON artifact of this or an earlier phase; throws `artifact_invalid` when it is missing or of another shape. */
export async function readJson<T>(context: PhaseContext, path: string, schema: z.ZodType<T>): Promise<T> {
  const bytes = await context.readArtifact(path);
  try {
    if (bytes === undefined) throw new Error('the file is missing');
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProductionError(
      'artifact_invalid',
      `Session ${context.sessionId}: ${path} cannot be used (${why}). Run its phase again.`,
      {
        sessionId: context.sessionId,
        field: path,
        cause,
      },
    );
  }
}
