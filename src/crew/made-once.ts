import { createHash } from 'node:crypto';
import type { ArtifactRef, PhaseContext } from './port.js';

/** Hexadecimal SHA-256. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function unchanged(context: PhaseContext, refs: readonly ArtifactRef[]): Promise<boolean> {
  for (const ref of refs) {
    const stream = await context.streamArtifact(ref.path);
    if (stream === undefined) return false;
    const hash = createHash('sha256');
    for await (const bytes of stream) hash.update(bytes as Uint8Array);
    if (hash.digest('hex') !== ref.sha256) return false;
  }
  return true;
}

/**
 * Makes artifacts in one free operation and returns their references. A settled operation is not run again, unless its artifacts
 * have since been overwritten or removed (an attempt with other inputs came between): then they are made anew under a new key.
 */
export async function madeOnce(
  context: PhaseContext,
  name: string,
  key: string,
  make: (signal: AbortSignal) => Promise<ArtifactRef[]>,
): Promise<ArtifactRef[]> {
  for (let round = 0; ; round += 1) {
    const roundKey = round === 0 ? key : `${key}-again-${String(context.attempt)}-${String(round)}`;
    let fresh = false;
    const refs = await context.operation<ArtifactRef[]>(
      name,
      { key: roundKey, maxCost: 0, reconcile: 'retry' },
      async ({ signal }) => {
        fresh = true;
        return { result: await make(signal), cost: 0 };
      },
    );
    if (fresh || (await unchanged(context, refs))) return refs;
  }
}
