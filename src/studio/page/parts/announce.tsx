import { useEffect } from 'preact/hooks';
import { createStore, useStore } from '../live/store.js';
import { Icon } from './icon.js';

const said = createStore<{ text: string; count: number }>({ text: '', count: 0 });
const shownMs = 6_000;

/** Shows a sentence for some seconds, and has it read out. */
export function announce(text: string): void {
  said.set({ text, count: said.get().count + 1 });
}

/** Where announcements appear. Once on the page. */
export function Announcements() {
  const { text, count } = useStore(said, (state) => state);
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => said.set({ text: '' }), shownMs);
    return () => clearTimeout(timer);
  }, [count]);
  return (
    <div class="announcements" role="status" aria-live="polite">
      {text !== '' && (
        <p key={count}>
          <Icon name="complete" />
          {text}
        </p>
      )}
    </div>
  );
}
