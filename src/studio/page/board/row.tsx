import { Component } from 'preact';
import type { BoardEpisode } from '../../api.js';
import { dollars, meanQuality, needNames, words } from '../format.js';
import { addressOf } from '../live/router.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';
import { MoneyBar } from '../parts/money-bar.js';
import { PhaseBar } from '../parts/phase-bar.js';
import { StateMark } from '../parts/state-mark.js';

interface Props {
  episode: BoardEpisode;
  /** The row's place among all rows of the table, from 1. */
  index: number;
}

/** One episode on the board. Drawn anew only when the episode has changed: a thousand stand beside it. */
export class Row extends Component<Props> {
  override shouldComponentUpdate({ episode, index }: Props): boolean {
    return episode !== this.props.episode || index !== this.props.index;
  }

  override render({ episode, index }: Props) {
    const {
      sessionId,
      episodeNumber,
      topic,
      state,
      spent,
      reserved,
      budget,
      warnAt,
      needs,
      wait,
      worker,
      position,
      updatedAt,
    } = episode;
    return (
      <div class="row" role="row" aria-rowindex={index} data-session={sessionId} data-position={position}>
        <div class="cell-episode" role="cell">
          <a class="row-link" href={addressOf.episode(sessionId)}>
            <span class="number">{episodeNumber}</span> <span class="topic">{topic}</span>
          </a>
          {needs.length > 0 || wait ? (
            <span class="needs">
              {wait && (
                <span class="need need-wait" title={wait.text}>
                  <Icon name="paused" />
                  <b>Waits</b> <span>{wait.text}</span>
                </span>
              )}
              {needs.map(({ need, text }) => (
                <span key={need + text} class={`need need-${need}`} title={text}>
                  <Icon name={needIcons[need]} />
                  <b>{needNames[need]}</b> <span>{text}</span>
                </span>
              ))}
              <AtWork worker={worker} />
            </span>
          ) : (
            <span class="session">
              {sessionId}
              {worker !== null && ' · '}
              <AtWork worker={worker} />
            </span>
          )}
        </div>
        <div class="cell-state" role="cell">
          <StateMark state={state} />
        </div>
        <div class="cell-phases" role="cell">
          <PhaseBar episode={episode} />
        </div>
        <div class="cell-money" role="cell">
          <MoneyBar spent={spent} reserved={reserved} budget={budget} warnAt={warnAt} />
          <span class="amount">
            <b>{dollars(spent)}</b>
            {reserved > 0 && <span class="reserved"> + {dollars(reserved)}</span>}{' '}
            <span class="quiet">of {dollars(budget)}</span>
          </span>
        </div>
        <div class="cell-quality" role="cell">
          <Quality scores={episode.quality} />
        </div>
        <div class="cell-age" role="cell">
          <Age at={updatedAt} />
        </div>
      </div>
    );
  }
}

function AtWork({ worker }: { worker: string | null }) {
  if (worker === null) return null;
  return (
    <span class="at-work">
      <span class="row-worker">{worker}</span> at work
    </span>
  );
}

const needIcons = {
  approval: 'review',
  paused: 'paused',
  question: 'review',
  held_operation: 'held',
  missing_result: 'held',
  budget_stop: 'money',
  daily_stop: 'money',
  failed: 'failed',
  idle: 'warning',
  late: 'warning',
} as const;

function Quality({ scores }: { scores: Record<string, number> }) {
  const mean = meanQuality(scores);
  if (mean === null)
    return (
      <span class="quiet" title="no scores yet">
        –<span class="visually-hidden">no scores yet</span>
      </span>
    );
  const all = Object.entries(scores)
    .map(([name, score]) => `${words(name)} ${score}`)
    .join(', ');
  return (
    <span title={all}>
      <span class="visually-hidden">quality </span>
      {mean.toFixed(2)}
    </span>
  );
}
