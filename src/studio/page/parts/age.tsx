import { useEffect, useState } from 'preact/hooks';
import { age, moment } from '../format.js';

const everyMs = 10_000;
const waiting = new Set<() => void>();
let ticking = false;

function startTicking(): void {
  if (ticking) return;
  ticking = true;
  setInterval(() => {
    for (const tick of waiting) tick();
  }, everyMs);
}

/** The present time, again every ten seconds, with one timer for the page. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = (): void => setNow(Date.now());
    startTicking();
    waiting.add(tick);
    return () => waiting.delete(tick);
  }, []);
  return now;
}

/** How long ago something was; the exact time shows on hover. */
export function Age({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={moment(at)}>
      {age(at, now)}
    </time>
  );
}
