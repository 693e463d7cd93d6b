import { Hono, type Context } from 'hono';
import { ProductionError, parseSessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { chartView } from '../draw/index.js';
import { socketKey, ticketPath, type InspectionStore, type Tickets } from '../inspect/index.js';
import { act } from './actions.js';
import { begin } from './begin.js';
import { checkpointView } from './checkpoint-view.js';
import { edit } from './edit.js';
import { actorLine, actorView } from './actors-view.js';
import { episodeView, momentAt } from './episode-view.js';
import { serveFile } from './files.js';
import { onlyJson, onlySmall, onlyThisHost, onlyWithToken, safeHeaders, ticketFor } from './guard.js';
import type { Live } from './live.js';
import { ShownPasts } from './pasts.js';
import { servePage } from './page-files.js';
import { headView, productionView } from './production-view.js';
import { answerTo, refusal } from './refusal.js';
import { scrape } from './scrape.js';
import { shownJson } from './shown-json.js';
import { streamEvents } from './stream.js';

export interface AppOptions {
  manager: ProductionStateManager;
  live: Live;
  /** What embedders' inspectors have told. */
  actors: InspectionStore;
  token: string;
  /** The `Host` values that are its own, once it listens. */
  hosts: () => readonly string[];
  /** What embedders' inspectors connect with. */
  tickets: Tickets;
  /** Where the built page lies. */
  page: string;
  /** In whose name people act. */
  by: string;
  /** A line for the terminal. */
  note: (text: string) => void;
}

const entriesAtOnce = 5_000;
// As long as somebody may have a long episode open, with pauses.
const ticketMs = 6 * 60 * 60_000;

/** The studio's routes; their shapes are in `api.ts`. */
export function studioApp({
  manager,
  live,
  actors,
  token,
  hosts,
  tickets,
  page,
  by,
  note,
}: AppOptions): Hono {
  const app = new Hono();
  app.use(safeHeaders, onlyThisHost(hosts));
  app.use('/api/*', onlyWithToken(token), onlyJson, onlySmall, async (context, next) => {
    await next();
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'no-store');
  });
  app.onError((error, context) => answerTo(error, context, { note, redactor: manager.production.redactor }));
  const pasts = new ShownPasts(manager);
  const id = (context: Context) => parseSessionId(context.req.param('id') ?? '');

  app.get('/api/production', async (context) => context.json(await productionView(manager)));
  app.get('/api/episodes', (context) =>
    context.json({ position: live.position, ...headView(manager), episodes: live.episodes() }),
  );
  app.get('/api/episodes/:id', async (context) => {
    const after = wholeNumber(context.req.query('after') ?? '0', 'after');
    return context.json(await episodeView(manager, pasts, id(context), after));
  });
  app.get('/api/episodes/:id/history', async (context) => {
    const after = wholeNumber(context.req.query('after') ?? '0', 'after');
    const { timeline } = await pasts.of(id(context));
    return context.json({ entries: cutBetweenCommits(timeline.after(after)) });
  });
  app.get('/api/episodes/:id/at/:position', async (context) =>
    context.json(
      await momentAt(manager, id(context), wholeNumber(context.req.param('position'), 'position')),
    ),
  );
  app.get('/api/episodes/:id/files/:phase/:name', async (context) => {
    await manager.getSnapshot(id(context));
    return serveFile(
      manager.production.directory,
      id(context),
      context.req.param('phase'),
      context.req.param('name'),
      context.req.header('range'),
    );
  });
  app.get('/api/episodes/:id/files/:phase/:name/address', (context) => {
    const path = context.req.path.slice(0, -'/address'.length);
    return context.json({ url: `${path}?ticket=${ticketFor(token, path, Date.now() + ticketMs)}` });
  });
  app.post('/api/episodes/:id/actions', async (context) => {
    const after = await act(manager, id(context), await jsonOf(context), by);
    return context.json(await episodeView(manager, pasts, after));
  });
  app.post('/api/episodes/:id/edits', async (context) => {
    await edit(manager, id(context), await jsonOf(context), by);
    return context.json(await episodeView(manager, pasts, id(context)));
  });
  app.post('/api/episodes', async (context) => {
    const made = await begin(manager, await jsonOf(context));
    return context.json(await episodeView(manager, pasts, made), 201);
  });
  app.get('/api/episodes/:id/checkpoints/:name', async (context) =>
    context.json(await checkpointView(manager, id(context), context.req.param('name'))),
  );
  app.get('/api/episodes/:id/result', async (context) => {
    const result = await manager.getOperationResult(id(context), context.req.query('key') ?? '');
    return context.json({ result: shownJson(result) });
  });
  app.get('/api/chart', async (context) => context.json(await chartView()));
  app.post(ticketPath, onlyWithToken(token, socketKey(token)), (context) => {
    context.header('cache-control', 'no-store');
    return context.json({ ticket: tickets.give(Date.now()) });
  });
  app.get('/api/actors', (context) =>
    context.json({
      directory: manager.production.directory,
      actors: actors.actors().map(actorLine),
    }),
  );
  app.get('/api/actors/:id', (context) => {
    const actor = actors.actor(context.req.param('id'));
    return actor
      ? context.json(actorView(actor))
      : refusal(
          context,
          404,
          'invalid_input',
          'there is no such actor, or it was told of before the studio was started.',
        );
  });
  app.get('/api/events', (context) => {
    const since = context.req.query('since');
    return streamEvents(context, live, since === undefined ? undefined : wholeNumber(since, 'since'));
  });
  app.get('/metrics', onlyWithToken(token), async (context) =>
    context.text(await scrape(manager), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    }),
  );
  app.all('/api/*', (context) => refusal(context, 404, 'invalid_input', 'there is no such route.'));
  app.get('*', (context) => servePage(page, context.req.path));
  return app;
}

/** Never inside one commit: the page asks for what comes after the last position. */
function cutBetweenCommits<Entry extends { position: number }>(entries: Entry[]): Entry[] {
  const last = entries[entriesAtOnce - 1]?.position;
  return last === undefined ? entries : entries.filter(({ position }) => position <= last);
}

async function jsonOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    throw new ProductionError('invalid_input', 'action: the body is not JSON.', { field: 'action' });
  }
}

function wholeNumber(text: string, field: string): number {
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new ProductionError('invalid_input', `${field}: a journal position is a whole number.`, { field });
}
