import { useEffect, useState } from 'preact/hooks';
import type { EpisodeMoment } from '../../api.js';
import { api, type ApiError } from '../api/client.js';
import { asApiError } from './studio.js';

const keep = 200;

/** The episode as it stood at a journal position; the moment before stays until the next one is there. Null is now. */
export function useMoment(
  sessionId: string,
  position: number | null,
): { moment: EpisodeMoment | null; error: ApiError | null } {
  const [shown, setShown] = useState<{ moment: EpisodeMoment | null; error: ApiError | null }>({
    moment: null,
    error: null,
  });
  const [cache] = useState(() => new Map<number, EpisodeMoment>());
  useEffect(() => {
    if (position === null) {
      setShown({ moment: null, error: null });
      return undefined;
    }
    const known = cache.get(position);
    if (known) {
      setShown({ moment: known, error: null });
      return undefined;
    }
    const stop = new AbortController();
    const fetchIt = async (): Promise<void> => {
      try {
        const moment = await api.moment(sessionId, position, stop.signal);
        if (cache.size >= keep) cache.clear();
        cache.set(position, moment);
        setShown({ moment, error: null });
      } catch (error) {
        if (!stop.signal.aborted) setShown((before) => ({ ...before, error: asApiError(error) }));
      }
    };
    // While the slider is being dragged, only where it rests for a moment is asked for.
    const timer = setTimeout(() => void fetchIt(), 40);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [sessionId, position]);
  return shown;
}
