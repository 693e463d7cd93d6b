import type { EpisodeView } from '../../api.js';
import { Icon } from '../parts/icon.js';

/** That nobody works on an episode which could go on, and the commands that would; nothing where somebody does. */
export function Work({ work }: Pick<EpisodeView, 'work'>) {
  if (!work || work.by !== null) return null;
  return (
    <p class="banner banner-info" data-work="nobody">
      <Icon name="waiting" />
      <span>
        <b>{work.isBegun ? 'No worker has claimed it.' : 'Nobody works on it.'}</b>{' '}
        {work.isBegun && 'Who drives it by hand or by an orchestrator goes on. '}
        {work.next.length > 1 ? 'Either of these works on it:' : 'This works on it:'}
        {work.next.map((command) => (
          <code key={command} class="next-command">
            {command}
          </code>
        ))}
      </span>
    </p>
  );
}
