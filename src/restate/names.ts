/** The service's name in Restate: a production's log, part by part. */
export const logService = 'ShowrunnerLog';

/** A part's key: the production, and where in its log the part begins. */
export function partKey(production: string, base: number): string {
  return `${production}/${String(base)}`;
}

export function baseOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}

/** The service whose objects are episodes that somebody works on. */
export const episodeService = 'ShowrunnerEpisode';

export function episodeKey(production: string, sessionId: string): string {
  return `${production}/${sessionId}`;
}

export function episodeOf(key: string): { production: string; sessionId: string } {
  const slash = key.lastIndexOf('/');
  return { production: key.slice(0, Math.max(0, slash)), sessionId: key.slice(slash + 1) };
}
