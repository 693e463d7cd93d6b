/** The service's name in Restate: a production's log, part by part. */
export const logService = 'ShowrunnerLog';

/** A part's key: the production, and where in its log the part begins. */
export function partKey(production: string, base: number): string {
  return `${production}/${String(base)}`;
}

export function baseOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}
