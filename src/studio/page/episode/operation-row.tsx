import { useState } from 'preact/hooks';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars, duration, moment } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Icon, type IconName } from '../parts/icon.js';
import { OperationDetails } from './operation-details.js';

interface Props {
  operation: OperationView;
  /** From 0 to 1, on the axis of all. */
  from: number;
  to: number;
  gaps: { at: number }[];
  /** Null in the past: nothing can be done there. */
  view: EpisodeView | null;
  feed: EpisodeFeed;
}

const icons: Record<OperationView['status'], IconName> = {
  reserved: 'active',
  held: 'held',
  settled: 'complete',
  released: 'skipped',
};

/** One call: what, how it stands, what it cost, and when it was under way; opened, what went in and what came out. */
export function OperationRow({ operation, from, to, gaps, view, feed }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { key, name, phase, status, startedAt, durationMs } = operation;
  const took = durationMs === null ? '' : `, took ${duration(durationMs)}`;
  return (
    <li class="operation" data-operation={key}>
      <button type="button" class="operation-row" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class="operation-what">
          <span class="operation-name">{name}</span>
          <span class="operation-key" title={key}>
            {key}
          </span>
        </span>
        <span class={`tag tag-${status}`}>
          <Icon name={icons[status]} />
          {status}
        </span>
        <span class="operation-cost num">
          <Cost operation={operation} />
        </span>
        <span class="took num">
          {durationMs === null ? <span class="quiet">open</span> : duration(durationMs)}
        </span>
        <span class="waterfall" role="img" aria-label={`${phase}, began ${moment(startedAt)}${took}`}>
          {gaps.map(({ at }) => (
            <span key={at} class="waterfall-gap" style={{ left: `${at * 100}%` }} />
          ))}
          <span
            class={`waterfall-bar waterfall-${phase}${durationMs === null ? ' waterfall-open' : ''}`}
            style={{ left: `${from * 100}%`, width: `${Math.max(0, to - from) * 100}%` }}
          />
        </span>
      </button>
      {isOpen && <OperationDetails operation={operation} view={view} feed={feed} />}
    </li>
  );
}

function Cost({ operation: { status, reserved, cost, estimated, corrected } }: Pick<Props, 'operation'>) {
  if (cost === null)
    return <span class="quiet">{status === 'released' ? '–' : `≤ ${dollars(reserved)}`}</span>;
  return (
    <>
      {estimated && (
        <abbr title="the provider said no price: the reservation is booked; showrunner correct corrects it">
          ~
        </abbr>
      )}
      {dollars(cost)}
      {corrected !== null && <abbr title={corrected}> corrected</abbr>}
    </>
  );
}
