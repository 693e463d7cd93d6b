import { useMemo, useState } from 'preact/hooks';
import { hasKey } from '../../../../machines/episode/key-tree.js';
import type { EpisodeView, OperationView } from '../../api.js';
import { dollars, duration, moment } from '../format.js';
import { Icon, type IconName } from '../parts/icon.js';

const atFirst = 40;
const icons: Record<OperationView['status'], IconName> = {
  reserved: 'active',
  held: 'held',
  settled: 'complete',
  released: 'skipped',
};

/** Every paid call, the newest first. With a snapshot of the past: those that there were then, as they stood. */
export function Operations({
  operations,
  snapshot,
}: {
  operations: OperationView[];
  snapshot: EpisodeView['snapshot'] | null;
}) {
  const [all, showAll] = useState(false);
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
                <Line key={operation.key} operation={operation} longest={longest} />
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
    </section>
  );
}

function Line({ operation, longest }: { operation: OperationView; longest: number }) {
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
              <abbr title="the provider said no price: the reservation is booked; showrunner correct corrects it">
                ~
              </abbr>
            )}
            {dollars(cost)}
            {corrected !== null && <abbr title={corrected}> corrected</abbr>}
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
