import { asApiError } from '../live/studio.js';

/** Why a form was not taken, in the engine's own words; nothing while nothing was refused. `what` is what a person has typed as JSON. */
export function Refused({ error, what = 'The text' }: { error: unknown; what?: string }) {
  if (error === null) return null;
  const told = error instanceof SyntaxError ? null : asApiError(error);
  return (
    <p class="banner banner-bad" role="alert">
      <span>
        {told ? told.message : `${what} is not JSON: ${(error as SyntaxError).message}`}
        {told && (
          <>
            {' '}
            <code>{told.code}</code>
          </>
        )}
      </span>
    </p>
  );
}
