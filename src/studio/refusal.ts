import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ProductionError, errorRemedies, type ErrorCode, type Redactor } from '../../machines/index.js';

/** An error as the page reads it. */
export function refusal(
  context: Context,
  status: ContentfulStatusCode,
  code: ErrorCode,
  message: string,
): Response {
  return context.json({ error: { code, message, remedy: errorRemedies[code] } }, status);
}

/** An error of the engine's, as an answer. What is not one is a bug, and its text stays here. */
export function answerTo(
  error: unknown,
  context: Context,
  { note, redactor }: { note: (text: string) => void; redactor: Redactor },
): Response {
  if (error instanceof ProductionError) {
    const told = { ...error.toJSON(), message: redactor.message(error.message) };
    return context.json({ error: told }, statusFor(error.code));
  }
  // Whoever breaks off in the middle of a body, as Node tells it, is no error of the studio's.
  if ((error as { code?: unknown }).code !== 'ECONNRESET')
    note(
      redactor.message(`studio: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    );
  return refusal(
    context,
    500,
    'machine_broken',
    'the studio has met an error of its own; its terminal says more.',
  );
}

function statusFor(code: ErrorCode): ContentfulStatusCode {
  if (code === 'session_unknown' || code === 'checkpoint_unknown') return 404;
  if (code === 'invalid_input' || code === 'path_refused') return 400;
  return errorRemedies[code] === 'bug' || code.startsWith('journal_') || code === 'document_unavailable'
    ? 500
    : 409;
}
