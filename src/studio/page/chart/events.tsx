/** What the chart would take now, in words: first what moves the episode, then what lands without moving it. */
export function Events({
  allowed,
  moves,
  everywhere,
}: {
  allowed: readonly string[];
  moves: ReadonlySet<string>;
  everywhere: readonly string[];
}) {
  const moving = allowed.filter((event) => moves.has(event) && !everywhere.includes(event));
  const landing = allowed.filter((event) => !moving.includes(event));
  return (
    <div class="events">
      <p>
        <span class="events-title">May happen now</span>{' '}
        {moving.length === 0 ? (
          <span class="quiet">nothing that moves the episode</span>
        ) : (
          moving.map((event) => (
            <code key={event} class="event event-moves">
              ● {event}
            </code>
          ))
        )}
      </p>
      {landing.length > 0 && (
        <p>
          <span class="events-title">Lands without moving it</span>{' '}
          {landing.map((event) => (
            <code key={event} class="event">
              {event}
            </code>
          ))}
        </p>
      )}
    </div>
  );
}
