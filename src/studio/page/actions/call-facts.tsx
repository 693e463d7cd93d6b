import type { ComponentChildren } from 'preact';
import type { OperationView } from '../../api.js';
import { moment } from '../format.js';

/** What was called, when, and with which key; what else is known of it follows. */
export function CallFacts({
  call: { name, phase, startedAt, key, retries },
  children,
}: {
  call: OperationView;
  children?: ComponentChildren;
}) {
  return (
    <dl class="facts">
      <dt>Called</dt>
      <dd>
        {name} in {phase}
      </dd>
      <dt>When</dt>
      <dd>
        {moment(startedAt)}
        {retries > 0 && `, and ${retries} ${retries === 1 ? 'time' : 'times'} more`}
      </dd>
      <dt>Key</dt>
      <dd>
        <code>{key}</code>
      </dd>
      {children}
    </dl>
  );
}
