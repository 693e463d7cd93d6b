import { words } from '../format.js';

/** The episode's quality scores, each on its own scale: those above 1 are out of 10. */
export function Scores({ scores }: { scores: Record<string, number> }) {
  const all = Object.entries(scores);
  return (
    <section class="card">
      <h2>
        Quality <span class="count">{all.length}</span>
      </h2>
      {all.length === 0 ? (
        <p class="empty">No scores yet. Phases record them as they finish.</p>
      ) : (
        <ul class="scores">
          {all.map(([name, score]) => (
            <li key={name}>
              <span>{words(name)}</span>
              <span class="score-bar" aria-hidden="true">
                <span style={{ width: `${Math.min(100, (score > 1 ? score / 10 : score) * 100)}%` }} />
              </span>
              <span class="num">{score}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
