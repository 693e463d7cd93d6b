import { useEffect, useState } from 'preact/hooks';
import type { ProductionView } from '../../api.js';
import { api, type ApiError } from '../api/client.js';
import { onEvent } from '../live/connection.js';
import { asApiError } from '../live/studio.js';

/** A production that moves fast is read anew at most this often. */
const restMs = 700;

/** The production's figures, read anew after every commit, while they are looked at. */
export function useProduction(): {
  production: ProductionView | null;
  error: ApiError | null;
  retry: () => void;
} {
  const [shown, show] = useState<{ production: ProductionView | null; error: ApiError | null }>({
    production: null,
    error: null,
  });
  const [reader] = useState(() => {
    let reading = false;
    let stale = false;
    return async (): Promise<void> => {
      stale = true;
      if (reading) return;
      reading = true;
      while (stale) {
        stale = false;
        const began = performance.now();
        try {
          const production = await api.production();
          show({ production, error: null });
        } catch (error) {
          show((before) => ({ ...before, error: asApiError(error) }));
        }
        // The server reads every archive for this: of a large one it shall not be busy with nothing else.
        const tookMs = performance.now() - began;
        await new Promise((resolve) => setTimeout(resolve, Math.max(restMs, tookMs * 3)));
      }
      reading = false;
    };
  });
  useEffect(() => {
    void reader();
    return onEvent(() => void reader());
  }, []);
  return { ...shown, retry: () => void reader() };
}
