import { useMemo, useState } from 'preact/hooks';
import { hasKey } from '../../../../machines/episode/key-tree.js';
import type { EpisodeView, OperationView } from '../../api.js';
import { duration, moment } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { OperationRow } from './operation-row.js';
import { axisOf, spansOf } from './waterfall.js';

const atFirst = 40;

interface Props {
  operations: OperationView[];
  /** With a snapshot of the past: those that there were then, as they stood. */
  snapshot: EpisodeView['snapshot'] | null;
  view: EpisodeView;
  feed: EpisodeFeed;
}

/** Every paid call on one axis of time, as they came; of many, the latest. */
export function Operations({ operations, snapshot, view, feed }: Props) {
  const [all, showAll] = useState(false);
  const then = useMemo(() => {
    const known = snapshot ? operations.flatMap((operation) => asItStood(operation, snapshot)) : operations;
    return known.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
  }, [operations, snapshot]);
  const shown = all ? then : then.slice(-atFirst);
  const spans = spansOf(shown);
  const axis = axisOf(spans);
  return (
    <section class="card">
      <h2>
        Operations <span class="count">{then.length.toLocaleString('en-US')}</span>
      </h2>
      {then.length > shown.length && (
        <p class="operations-more">
          <span class="quiet">The latest {atFirst}.</span>{' '}
          <button type="button" class="button button-small" onClick={() => showAll(true)}>
            Show all {then.length.toLocaleString('en-US')}
          </button>
        </p>
      )}
      {then.length === 0 ? (
        <p class="empty">
          No paid call yet. Each reserves its greatest cost before it is made, and shows here.
        </p>
      ) : (
        <>
          <AxisHead shown={shown} gaps={axis.gaps} />
          <ol class="operations">
            {shown.map((operation, index) => {
              const span = spans[index] ?? { from: 0, to: 0 };
              return (
                <OperationRow
                  key={operation.key}
                  operation={operation}
                  from={axis.place(span.from)}
                  to={axis.place(span.to)}
                  gaps={axis.gaps}
                  view={snapshot ? null : view}
                  feed={feed}
                />
              );
            })}
          </ol>
        </>
      )}
    </section>
  );
}

const apart = 0.1;

/** When the first began, and the waits that were left out, as far as there is room for their words. */
function AxisHead({ shown, gaps }: { shown: OperationView[]; gaps: { at: number; ms: number }[] }) {
  let last = -1;
  const told = gaps.filter(({ at }) => {
    if (at - last < apart || at < apart || at > 1 - apart) return false;
    last = at;
    return true;
  });
  const [first] = shown;
  return (
    <div class="operation-row operation-head">
      <span>{first && `from ${moment(first.startedAt)}`}</span>
      {told.length > 0 && (
        <span class="axis-words" aria-hidden="true">
          {told.map(({ at, ms }) => (
            <span key={at} style={{ left: `${at * 100}%` }} title={`${duration(ms)} without a call`}>
              {shortly(ms)}
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

/** `2 h`, `35 min`, `4 d`. */
function shortly(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}

/** The operation in a past snapshot; nothing when it had not begun. */
function asItStood(operation: OperationView, { context }: EpisodeView['snapshot']): OperationView[] {
  const open = Object.hasOwn(context.operations, operation.key)
    ? context.operations[operation.key]
    : undefined;
  if (open)
    return [
      { ...operation, status: open.state === 'held' ? 'held' : 'reserved', cost: null, durationMs: null },
    ];
  if (hasKey(context.paid, operation.key)) return [operation];
  return operation.status === 'released' && operation.startedAt <= context.updatedAt ? [operation] : [];
}
