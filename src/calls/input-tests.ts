/** What inputs of calls are asked beyond their fields. They have names, for what is made of the schemas when the program is built. */

interface Numbered {
  episodeNum?: number | undefined;
  episodeNumber?: number | undefined;
  key?: string | undefined;
}

/** ISO-8601 in UTC. */
interface Timed {
  startAt?: string | null | undefined;
  dueBy?: string | null | undefined;
}

/** A time as the journal has it: ISO-8601 in UTC. */
export function toInstant(time: string | Date): string {
  return new Date(time).toISOString();
}

export function namesAnEpisode({ episodeNum, episodeNumber, key }: Numbered): boolean {
  return (episodeNum ?? episodeNumber ?? key) !== undefined;
}

export function hasOneNumber({ episodeNum, episodeNumber }: Numbered): boolean {
  return (episodeNum ?? episodeNumber) === (episodeNumber ?? episodeNum);
}

export function isDueAfterStart({ startAt, dueBy }: Timed): boolean {
  return typeof startAt !== 'string' || typeof dueBy !== 'string' || startAt < dueBy;
}

export function hasTime({ startAt, dueBy }: Timed): boolean {
  return startAt !== undefined || dueBy !== undefined;
}
