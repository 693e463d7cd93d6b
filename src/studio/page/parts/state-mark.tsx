import { markOf, stateText } from '../format.js';
import { Icon } from './icon.js';

/** Where an episode stands: a sign, a colour and the words. */
export function StateMark({ state }: { state: string }) {
  const mark = markOf(state);
  return (
    <span class={`mark mark-${mark}`}>
      <Icon name={mark} />
      {stateText(state)}
    </span>
  );
}
