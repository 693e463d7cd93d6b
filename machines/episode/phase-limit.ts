import type { EpisodeContext, PhaseLimit } from './context.js';

/** Instants come with and without milliseconds, so their texts do not sort. */
const ms = (at: string): number => Date.parse(at);

/** A phase begins anew. Without a claim nobody works on it yet. */
export function limitFrom(at: string, { claim }: Pick<EpisodeContext, 'claim'>): PhaseLimit {
  return { from: at, restingSince: claim ? null : at };
}

/** Whoever worked on the phase has stopped; one whose claim is over already has at its end. */
export function limitAtRest({ limit, claim }: EpisodeContext, at: string): PhaseLimit | null {
  if (limit === null || limit.restingSince !== null) return limit;
  return { ...limit, restingSince: claim && ms(claim.until) < ms(at) ? claim.until : at };
}

/** Somebody works on the phase again: what was in between is not counted. */
export function limitAtWork(context: EpisodeContext, at: string): PhaseLimit | null {
  const limit = limitAtRest(context, context.claim?.until ?? at);
  if (limit === null) return null;
  const restedMs = Math.max(0, ms(at) - Math.max(ms(limit.restingSince ?? at), ms(limit.from)));
  return { from: new Date(ms(limit.from) + restedMs).toISOString(), restingSince: null };
}

/** How long people have worked on the phase under way, over all processes, as its limit counts it. Milliseconds. */
export function workedMs({ limit }: Pick<EpisodeContext, 'limit'>, now: string): number {
  return limit === null ? 0 : Math.max(0, ms(now) - ms(limit.from));
}
