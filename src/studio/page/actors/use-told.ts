import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.js';
import { onEvent } from '../live/connection.js';
import { asApiError } from '../live/studio.js';

/** Something about embedders' actors, read anew when they move. */
export function useTold<Answer>(read: () => Promise<Answer>): {
  answer: Answer | null;
  error: ApiError | null;
  retry: () => void;
} {
  const [told, tell] = useState<{ answer: Answer | null; error: ApiError | null }>({
    answer: null,
    error: null,
  });
  const load = (): void => {
    read().then(
      (answer) => tell({ answer, error: null }),
      (error: unknown) => tell((before) => ({ ...before, error: asApiError(error) })),
    );
  };
  useEffect(() => {
    load();
    return onEvent(({ type }) => {
      if (type === 'actors' || type === 'hello') load();
    });
  }, []);
  return { ...told, retry: load };
}
