import { useEffect, useState } from 'preact/hooks';
import type { EpisodeView, JsonView, OperationView } from '../../api.js';
import { CallFacts } from '../actions/call-facts.js';
import { CorrectDialog } from '../actions/correct-dialog.js';
import { HeldDialog } from '../actions/held-dialog.js';
import { ResultDialog } from '../actions/result-dialog.js';
import { api } from '../api/client.js';
import { dollars, duration } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Refused } from '../parts/refused.js';

interface Props {
  operation: OperationView;
  view: EpisodeView | null;
  feed: EpisodeFeed;
}

/** What a call was asked with and what it gave, and what a person can say of it. */
export function OperationDetails({ operation, view, feed }: Props) {
  const { reserved, cost, status, durationMs, corrected, heldBecause } = operation;
  return (
    <div class="operation-details">
      <CallFacts call={operation}>
        {reserved > 0 && (
          <>
            <dt>Reserved</dt>
            <dd>{dollars(reserved)}, the most it may cost</dd>
          </>
        )}
        {cost !== null && (
          <>
            <dt>Cost</dt>
            <dd>
              {dollars(cost)}
              {operation.estimated && ', estimated: the provider said no price'}
              {corrected !== null && ` (${corrected})`}
            </dd>
          </>
        )}
        {durationMs !== null && (
          <>
            <dt>Took</dt>
            <dd>{duration(durationMs)}</dd>
          </>
        )}
        {heldBecause !== null && (
          <>
            <dt>Held because</dt>
            <dd>{heldBecause}</dd>
          </>
        )}
        <dt>Result</dt>
        <dd>
          {operation.hasResult && view ? (
            <Result id={view.board.sessionId} operation={operation} />
          ) : (
            resultWords(status, operation.hasResult)
          )}
        </dd>
      </CallFacts>
      {view && (
        <div class="operation-actions">
          <Say operation={operation} view={view} feed={feed} />
          <Correct operation={operation} view={view} feed={feed} />
        </div>
      )}
    </div>
  );
}

function resultWords(status: OperationView['status'], hasResult: boolean): string {
  if (hasResult) return 'kept';
  return status === 'settled'
    ? 'none was kept'
    : status === 'released'
      ? 'none: it was given back'
      : 'not yet';
}

function Result({ id, operation: { key } }: { id: string; operation: OperationView }) {
  const [found, setFound] = useState<JsonView | null>(null);
  const [unread, setUnread] = useState<unknown>(null);
  useEffect(() => {
    api.result(id, key).then(({ result }) => setFound(result), setUnread);
  }, [id, key]);
  if (unread !== null) return <Refused error={unread} />;
  if (found === null) return <span role="status">Loading…</span>;
  return (
    <>
      <pre class="operation-result" tabIndex={0} role="region" aria-label="Result">
        {found.text}
      </pre>
      {found.isCut && <span class="quiet">This is its beginning.</span>}
    </>
  );
}

/** What became of a call that nobody has settled, and what one gave that was settled without: a person's to say while no worker is on it. */
function Say({ operation, view, feed }: Props & { view: EpisodeView }) {
  const [isAsked, ask] = useState(false);
  const { status, hasResult, key } = operation;
  const isOpen = status === 'held' || status === 'reserved';
  const isQuestion = view.snapshot.context.operations[key]?.question !== undefined;
  const isAtWork = view.work !== null && view.work.by !== null;
  const lacksResult = status === 'settled' && !hasResult && !key.startsWith('@');
  if (isQuestion || isAtWork || !(isOpen || lacksResult) || view.board.status === 'archived') return null;
  const close = (): void => ask(false);
  return (
    <>
      <button type="button" class="button button-small" data-say={key} onClick={() => ask(true)}>
        {isOpen ? 'Settle or release…' : 'Give its result…'}
      </button>
      {isAsked && isOpen && <HeldDialog call={operation} view={view} feed={feed} onClose={close} />}
      {isAsked && !isOpen && <ResultDialog call={operation} view={view} feed={feed} onClose={close} />}
    </>
  );
}

/** What has no key of its own is no use of a key, which is what is corrected. */
function Correct({ operation, view, feed }: Props & { view: EpisodeView }) {
  const [isAsked, ask] = useState(false);
  const { status, key, name, estimated } = operation;
  if (status !== 'settled' || key.startsWith('@')) return null;
  return (
    <>
      <button
        type="button"
        class={`button button-small${estimated ? ' button-main' : ''}`}
        data-correct={key}
        aria-label={`Correct the cost of ${name}, ${key}`}
        onClick={() => ask(true)}
      >
        Correct…
      </button>
      {isAsked && <CorrectDialog call={operation} view={view} feed={feed} onClose={() => ask(false)} />}
    </>
  );
}
