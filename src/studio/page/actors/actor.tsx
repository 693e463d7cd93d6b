import { useEffect } from 'preact/hooks';
import type { ActorView, InspectedState } from '../../api.js';
import { api } from '../api/client.js';
import { addressOf } from '../live/router.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';
import { Loading, Trouble } from '../parts/notice.js';
import { useTold } from './use-told.js';

/** One actor: its chart as boxes in boxes with the active ones lit, its context, and its events as they come. */
export function Actor({ id }: { id: string }) {
  const { answer: actor, error, retry } = useTold(() => api.actor(id));
  useEffect(() => {
    document.title = `${actor?.name ?? 'Actor'} · Showrunner studio`;
  }, [actor?.name]);
  if (!actor) return error ? <Trouble error={error} onRetry={retry} /> : <Loading what="the actor" />;
  return (
    <article class="episode">
      <header class="episode-head">
        <a class="back" href={addressOf.actors}>
          <Icon name="back" />
          Actors
        </a>
        <div class="episode-title">
          <h1>{actor.name}</h1>
          <span class="actor-state actor-state-large" role="status">
            {actor.state || '–'}
          </span>
        </div>
      </header>
      <div class="columns">
        <div class="column">
          <section class="card" aria-labelledby="actor-chart">
            <h2 id="actor-chart">Statechart</h2>
            {actor.problem && (
              <p class="banner banner-warn">
                <Icon name="warning" />
                {actor.problem}
              </p>
            )}
            {actor.chart ? (
              <div class="actor-chart">
                <State state={actor.chart} />
              </div>
            ) : (
              !actor.problem && <p class="empty">This actor is no machine: it has no states.</p>
            )}
          </section>
        </div>
        <div class="column">
          <Log actor={actor} />
          <section class="card">
            <details class="actor-context" open={actor.context.length < 2000}>
              <summary>
                <h2>Context</h2>
              </summary>
              {actor.context === '' ? (
                <p class="empty">It has none.</p>
              ) : (
                <pre class="code" tabIndex={0} aria-label="Context">
                  {actor.context}
                </pre>
              )}
            </details>
          </section>
        </div>
      </div>
    </article>
  );
}

function Log({ actor }: { actor: ActorView }) {
  const latest = actor.log.toReversed();
  return (
    <section class="card" aria-labelledby="actor-log">
      <h2 id="actor-log">Events</h2>
      {latest.length === 0 ? (
        <p class="empty">None so far.</p>
      ) : (
        <ol class="actor-log" tabIndex={0} aria-label="Events, the latest first">
          {latest.map(({ at, type, text }, index) => (
            <li key={latest.length - index}>
              <b>{type}</b>
              <span class="quiet">
                <Age at={at} />
              </span>
              <code>{text}</code>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

const kinds: Record<string, string> = { parallel: 'parallel', final: 'final', history: 'history' };

function State({ state }: { state: InspectedState }) {
  const kind = kinds[state.type];
  return (
    <div
      class={`inspected ${state.isLit ? 'inspected-lit' : ''} ${state.type === 'parallel' ? 'inspected-parallel' : ''}`}
      data-state={state.key}
      data-lit={state.isLit}
    >
      <p class="inspected-name">
        {state.isInitial && (
          <span class="inspected-initial" title="initial" aria-label="initial state" role="img" />
        )}
        <b>{state.key}</b>
        {kind && <span class="quiet">{kind}</span>}
        {state.isLit && <span class="inspected-now">active</span>}
      </p>
      {state.transitions.length > 0 && (
        <ul class="inspected-events">
          {state.transitions.map(({ event, targets, guard }, index) => (
            <li key={`${event} ${index}`}>
              <code>{event}</code>
              {guard && <span class="quiet"> if {guard}</span>}
              <span class="quiet"> → {targets.length > 0 ? targets.join(', ') : 'stays'}</span>
            </li>
          ))}
        </ul>
      )}
      {state.states.length > 0 && (
        <div class="inspected-states">
          {state.states.map((child) => (
            <State key={child.key} state={child} />
          ))}
        </div>
      )}
    </div>
  );
}
