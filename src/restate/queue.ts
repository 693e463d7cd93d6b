/** A turn lasts at most this long: a holder that died gives way then. What it appends later lands only where nobody else did. */
const turnMs = 5_000;

/** Who waits, the holder first; only the holder has a time at which its turn ends. */
export type Queue = readonly { ticket: string; until?: number }[];

/** Without a holder whose time is over; whoever is first then has its turn from now on. */
export function advanced(queue: Queue, now: number): Queue {
  const [first, ...rest] = queue;
  if (first === undefined) return queue;
  if (first.until === undefined) return [{ ticket: first.ticket, until: now + turnMs }, ...rest];
  return first.until > now ? queue : advanced(rest, now);
}

export function entered(queue: Queue, ticket: string, now: number): Queue {
  const present = advanced(queue, now);
  return present.some((waiting) => waiting.ticket === ticket)
    ? present
    : advanced([...present, { ticket }], now);
}

export function left(queue: Queue, ticket: string, now: number): Queue {
  return advanced(
    queue.filter((waiting) => waiting.ticket !== ticket),
    now,
  );
}

export function isStale(queue: Queue, now: number): boolean {
  const until = queue[0]?.until;
  return until !== undefined && until <= now;
}
