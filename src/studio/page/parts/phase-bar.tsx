import type { BoardEpisode } from '../../api.js';
import { phaseMark, phases } from '../format.js';
import { Icon, type IconName } from './icon.js';

const icons = {
  pending: 'waiting',
  active: 'active',
  paused: 'paused',
  review: 'review',
  complete: 'complete',
  failed: 'failed',
  skipped: 'skipped',
} as const satisfies Record<string, IconName>;

/** The three phases side by side, each with its sign. */
export function PhaseBar({ episode }: { episode: Pick<BoardEpisode, 'state' | 'phases'> }) {
  const marks = phases.map((phase) => ({ phase, mark: phaseMark(episode, phase) }));
  return (
    <span
      class="phase-bar"
      role="img"
      aria-label={marks.map(({ phase, mark }) => `${phase} ${mark}`).join(', ')}
    >
      {marks.map(({ phase, mark }) => (
        <span key={phase} class={`phase-cell phase-${mark}`} title={`${phase}: ${mark}`}>
          <Icon name={icons[mark]} />
          <span class="phase-letter">{phase}</span>
        </span>
      ))}
    </span>
  );
}
