import { useMemo, useState } from 'preact/hooks';
import { hasKey } from '../../../../machines/episode/key-tree.js';
import type { EpisodeView, OperationView } from '../../api.js';
import { CorrectDialog } from '../actions/correct-dialog.js';
import { dollars, duration, moment } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Icon, type IconName } from '../parts/icon.js';

const atFirst = 40;
const icons: Record<OperationView['status'], IconName> = {
  reserved: 'active',
  held: 'held',
  settled: 'complete',
  released: 'skipped',
};

interface Props {
  view: EpisodeView;
  feed: EpisodeFeed;
  snapshot: EpisodeView['snapshot'] | null;
}

/** Every paid call, the newest first. With a snapshot of the past: those that there were then, as they stood, and nothing can be corrected. */
export function Operations({ view, feed, snapshot }: Props) {
  const { operations } = view;
  const [all, showAll] = useState(false);
  const [corrected, correct] = useState<OperationView | null>(null);
  const then = useMemo(() => {
    const known = snapshot ? operations.flatMap((operation) => asItStood(operation, snapshot)) : operations;
    return known.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }, [operations, snapshot]);
  const shown = all ? then : then.slice(0, atFirst);
  const longest = Math.max(1, ...then.map(({ durationMs }) => durationMs ?? 0));
  return (
    <section class="card">
      <h2>
        Operations <span class="count">{then.length.toLocaleString('en-US')}</span>
      </h2>
      {then.length === 0 ? (
        <p class="empty">
          No paid call yet. Each reserves its greatest cost before it is made, and shows here.
        </p>
      ) : (
        <div class="scroll-x" tabIndex={0} role="region" aria-label="Operations">
          <table class="data">
            <thead>
              <tr>
                <th scope="col">Operation</th>
                <th scope="col" class="wide-only">
                  Phase
                </th>
                <th scope="col">Status</th>
                <th scope="col" class="num wide-only">
                  Reserved
                </th>
                <th scope="col" class="num">
                  Cost
                </th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((operation) => (
                <Line
                  key={operation.key}
                  operation={operation}
                  longest={longest}
                  onCorrect={snapshot ? null : () => correct(operation)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {then.length > shown.length && (
        <button type="button" class="button button-small" onClick={() => showAll(true)}>
          Show all {then.length.toLocaleString('en-US')}
        </button>
      )}
      {corrected && <CorrectDialog call={corrected} view={view} feed={feed} onClose={() => correct(null)} />}
    </section>
  );
}

interface LineProps {
  operation: OperationView;
  longest: number;
  /** Null where nothing can be done. */
  onCorrect: (() => void) | null;
}

function Line({ operation, longest, onCorrect }: LineProps) {
  const { key, name, phase, status, reserved, cost, estimated, corrected, startedAt, durationMs } = operation;
  return (
    <tr data-operation={key}>
      <td>
        <span class="operation-name">{name}</span>
        <span class="operation-key" title={`${key}, ${moment(startedAt)}`}>
          {key}
        </span>
      </td>
      <td class="wide-only">{phase}</td>
      <td>
        <span class={`tag tag-${status}`}>
          <Icon name={icons[status]} />
          {status}
        </span>
      </td>
      <td class="num quiet wide-only">{reserved > 0 ? dollars(reserved) : '–'}</td>
      <td class="num">
        {cost === null ? (
          '–'
        ) : (
          <>
            {estimated && (
              <abbr title="the provider said no price: the reservation is booked, until somebody corrects it">
                ~
              </abbr>
            )}
            {dollars(cost)}
            {corrected !== null && <abbr title={corrected}> corrected</abbr>}
            {/* What has no key of its own is no use of a key, which is what is corrected. */}
            {onCorrect && status === 'settled' && !key.startsWith('@') && (
              <button
                type="button"
                class={`button button-small${estimated ? '' : ' button-quiet'}`}
                data-correct={key}
                aria-label={`Correct the cost of ${name}, ${key}`}
                onClick={onCorrect}
              >
                Correct…
              </button>
            )}
          </>
        )}
      </td>
      <td class="took">
        {durationMs === null ? (
          <span class="quiet">open</span>
        ) : (
          <>
            <span class="took-bar" aria-hidden="true">
              <span style={{ width: `${Math.max(2, (durationMs / longest) * 100)}%` }} />
            </span>
            {duration(durationMs)}
          </>
        )}
      </td>
    </tr>
  );
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
