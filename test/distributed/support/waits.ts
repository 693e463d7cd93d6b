interface Line {
  commit?: { entries: { session: string; events: { type: string; key?: string }[] }[] };
}

/** The keys of costs that a journal has, with their sessions, in its order. */
export function costsIn(journal: string): { session: string; key: string }[] {
  return journal
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as Line).commit?.entries ?? [])
    .flatMap(({ session, events }) =>
      events.flatMap(({ type, key }) =>
        type === 'cost.recorded' && key !== undefined ? [{ session, key }] : [],
      ),
    );
}

/**
 * How often the quickest episode has committed while another one waited for its own commit, at most: all of them want to commit all the time.
 * What somebody waits for before his first commit, and after his last, counts too.
 */
export function longestWait(costs: readonly { session: string }[], sessions: readonly string[]): number {
  const last = new Map<string, number>(sessions.map((session) => [session, -1]));
  const times = new Map<string, number[]>();
  let longest = 0;
  const wait = (session: string, from: number, to: number): void => {
    for (const [other, places] of times) {
      if (other === session) continue;
      let count = 0;
      for (let index = places.length - 1; index >= 0 && (places[index] ?? -1) > from; index -= 1)
        if ((places[index] ?? -1) < to) count += 1;
      longest = Math.max(longest, count);
    }
  };
  for (const [place, { session }] of costs.entries()) {
    wait(session, last.get(session) ?? -1, place);
    last.set(session, place);
    times.set(session, [...(times.get(session) ?? []), place]);
  }
  for (const session of sessions) wait(session, last.get(session) ?? -1, costs.length);
  return longest;
}
