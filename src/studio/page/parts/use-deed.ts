import { useState } from 'preact/hooks';

/** What a dialog's form does once it is confirmed. */
export interface Deed {
  busy: boolean;
  /** What went wrong with the last try, also in making the request; null when nothing did. */
  error: unknown;
  /** Does it, and then says what came of it. The dialog stays, and can be tried again, where it is refused. */
  run<Answer>(event: SubmitEvent, make: () => Promise<Answer>, after: (answer: Answer) => void): void;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const doIt = async <Answer>(
    make: () => Promise<Answer>,
    after: (answer: Answer) => void,
  ): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      after(await make());
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    run(event, make, after) {
      event.preventDefault();
      void doIt(make, after);
    },
  };
}
