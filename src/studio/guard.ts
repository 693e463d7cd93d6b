import { createHmac } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { hasBearer, isSame } from '../inspect/index.js';
import { refusal } from './refusal.js';

const largestBody = 16 * 1024;
/** A whole script, as JSON text. */
const largestEdit = 2 * 1024 * 1024;
const editPath = /^\/api\/episodes\/[^/]+\/edits$/;

// Everything comes from files of the studio's own.
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
// Opened in a tab of its own, what a source or a model wrote has no origin, no script and no form.
const artifactPolicy = "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'none'";
const artifactPath = /^\/api\/episodes\/[^/]+\/files\//;

/** What every answer says to the browser. */
export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header(
    'content-security-policy',
    artifactPath.test(context.req.path) ? artifactPolicy : contentPolicy,
  );
  context.header('x-content-type-options', 'nosniff');
  context.header('referrer-policy', 'no-referrer');
  context.header('cross-origin-opener-policy', 'same-origin');
  context.header('cross-origin-resource-policy', 'same-origin');
};

/** A page of another site that has its name resolve to this machine sends its own name as `Host`; other sites' requests send their `Origin`. */
export function onlyThisHost(hosts: () => readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host');
    if (host === undefined || !hosts().includes(host))
      return refusal(
        context,
        421,
        'invalid_input',
        'this server answers to its own address only: open the link that showrunner studio printed.',
      );
    const origin = context.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`)
      return refusal(context, 403, 'invalid_input', 'requests of other sites are refused.');
    const site = context.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return refusal(context, 403, 'invalid_input', 'requests of other sites are refused.');
    return next();
  };
}

/** Reading and acting need the token; one file, for a while, its ticket. */
export function onlyWithToken(token: string, ...others: string[]): MiddlewareHandler {
  return async (context, next) => {
    const { path, method } = context.req;
    const ticket = method === 'GET' && artifactPath.test(path) ? context.req.query('ticket') : undefined;
    if (ticket !== undefined && isTicketFor(token, { path, ticket, nowMs: Date.now() })) return next();
    if (![token, ...others].some((each) => hasBearer(context.req.header('authorization'), each)))
      return refusal(
        context,
        401,
        'invalid_input',
        'the token is missing or wrong: open the link that showrunner studio printed.',
      );
    return next();
  };
}

/** Opens one file's address until then, for what sends no header: a player, a download. The token cannot be had from it. */
export function ticketFor(token: string, path: string, untilMs: number): string {
  return `${untilMs}.${createHmac('sha256', token).update(`showrunner file ${untilMs} ${path}`).digest('base64url')}`;
}

function isTicketFor(
  token: string,
  { path, ticket, nowMs }: { path: string; ticket: string; nowMs: number },
): boolean {
  const untilMs = Number(/^(\d{1,15})\./.exec(ticket)?.[1] ?? Number.NaN);
  return untilMs > nowMs && isSame(ticket, ticketFor(token, path, untilMs));
}

/** A form of another site can send text, but not JSON. */
export const onlyJson: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refusal(context, 415, 'invalid_input', 'send application/json.');
  return next();
};

/** What a person types; an edit brings the whole file. */
export const onlySmall: MiddlewareHandler = (context, next) =>
  (editPath.test(context.req.path) ? smallEdit : smallAction)(context, next);

const smallAction = smallerThan('an action', largestBody);
const smallEdit = smallerThan('an edit', largestEdit);

function smallerThan(what: string, maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: (context) => refusal(context, 413, 'invalid_input', `${what} has at most ${maxSize} bytes.`),
  });
}
