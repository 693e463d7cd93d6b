import { useEffect, useState } from 'preact/hooks';
import { Dialog } from './parts/dialog.js';

const keys: [string, string][] = [
  ['?', 'show these keys'],
  ['g then e', 'go to the episodes'],
  ['g then p', 'go to the production'],
  ['g then a', 'go to your own actors'],
  ['/', 'find an episode'],
  ['j, k', 'next and previous episode'],
  ['Enter', 'open the episode'],
  ['[, ]', 'one commit back and forth in an episode’s timeline'],
  ['Esc', 'back to now; close a window'],
];

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'range')
  );
}

/** The keys that work in every view, and the window that tells of all. */
export function Keys() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let afterG = false;
    const press = (event: KeyboardEvent): void => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTyping(event.target) ||
        document.querySelector('dialog[open]')
      )
        return;
      if (event.key === '?') setOpen(true);
      if (afterG && event.key === 'e') location.hash = '#/';
      if (afterG && event.key === 'p') location.hash = '#/production';
      if (afterG && event.key === 'a') location.hash = '#/actors';
      afterG = event.key === 'g';
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  if (!open) return null;
  return (
    <Dialog title="Keys" onClose={() => setOpen(false)}>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
