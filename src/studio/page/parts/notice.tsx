import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.js';
import { Icon, type IconName } from './icon.js';

/** What stands where there is nothing to show, and what to do about it. */
export function Notice({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="notice">
      <span class="notice-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const remedies: Record<string, string> = {
  caller: 'Change what you asked for.',
  operator: 'Someone with access to the machine has to look.',
  retry: 'Trying again may help.',
  bug: 'This is a fault of Showrunner’s; please report it.',
};

/** What went wrong, in the server's own words, and who can do something. */
export function Trouble({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return (
    <Notice
      icon="warning"
      title={error.code === 'unreachable' ? 'The studio’s server does not answer' : 'This could not be read'}
    >
      <p>{error.message}</p>
      <p class="quiet">
        {remedies[error.remedy] ?? ''} <code>{error.code}</code>
      </p>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </Notice>
  );
}

/** Grey shapes where something is being read. */
export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Reading {what}…</span>
      <span class="loading-line" />
      <span class="loading-line" />
      <span class="loading-line" />
    </div>
  );
}
