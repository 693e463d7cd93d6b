import type { ComponentChildren } from 'preact';
import type { OperationView } from '../../api.js';
import { moment } from '../format.js';

/** What was called, when, and with which key; what else is known of it follows. */
export function CallFacts({
  call: { name, phase, startedAt, key, retries, input },
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
      {input && (
        <>
          <dt>Input</dt>
          <dd>
            <pre class="operation-result" tabIndex={0} role="region" aria-label="Input">
              {input.text}
            </pre>
            {input.bytes > new TextEncoder().encode(input.text).length && (
              <span class="quiet">This is its beginning, of {input.bytes} bytes.</span>
            )}
          </dd>
        </>
      )}
      {children}
    </dl>
  );
}
