import { escapeForTerminal } from '../../../machines/escape.js';
import {
  Endpoints,
  deliver,
  eventNames,
  sendTest,
  type Endpoint,
  type Progress,
} from '../../telemetry/index.js';
import type { Context, Options, Result, Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { shownAddress } from '../shown-address.js';
import { UsageError, needed } from '../usage-error.js';

export const run: Run = async (context, [act = 'list', target], options) => {
  if (act === 'list' && target === undefined) return list(context);
  if (act === 'add') return add(context, needed(target, 'the address'), options);
  if (act === 'remove') return remove(context, needed(target, "the webhook's id (showrunner webhook list)"));
  if (act === 'deliver' && target === undefined) return send(context, options['once'] === true);
  if (act === 'test') return test(context, needed(target, "the webhook's id (showrunner webhook list)"));
  throw new UsageError(
    `showrunner webhook takes list, add <url>, test <id>, remove <id> or deliver; not ${[act, target].join(' ').trim().slice(0, 60)}`,
  );
};

async function add(context: Context, url: string, options: Options): Promise<Result> {
  const { types = '*' } = options;
  const manager = await context.open({ readOnly: true });
  await manager.production.asOnDisk();
  const endpoints = new Endpoints(context.directory);
  const endpoint = endpoints.add({
    url,
    types: String(types)
      .split(',')
      .map((each) => each.trim()),
    allowPrivate: options['allowPrivate'] === true,
    from: options['fromStart'] === true ? 0 : manager.production.position,
  });
  return {
    json: shown(endpoint, endpoints.progress(endpoint)),
    text: `${endpoint.id} hears of ${endpoint.types.join(', ')}${endpoint.from === 0 ? ', from the first commit on' : ' from now on'}.
The receiver checks signatures (Standard Webhooks) with this secret, which is kept in webhooks.json: ${endpoint.secret}
Nothing is sent before somebody delivers. next: showrunner webhook test ${endpoint.id} (an event that tells nothing), then showrunner webhook deliver, or showrunner studio, which does so while it runs`,
  };
}

async function list(context: Context): Promise<Result> {
  const manager = await context.open({ readOnly: true });
  await manager.production.asOnDisk();
  const endpoints = new Endpoints(context.directory);
  const all = endpoints.list().map((endpoint) => ({ endpoint, progress: endpoints.progress(endpoint) }));
  return {
    json: { webhooks: all.map(({ endpoint, progress }) => shown(endpoint, progress)), events: eventNames },
    text:
      all.length === 0
        ? `There are no webhooks. Add one: showrunner webhook add https://example.com/hook --types episode.*,person.needed\nEvents: ${eventNames.join(', ')}`
        : all
            .map(({ endpoint, progress }) => line(endpoint, progress, manager.production.position))
            .join('\n'),
  };
}

async function remove(context: Context, id: string): Promise<Result> {
  await context.open({ readOnly: true });
  if (new Endpoints(context.directory).remove(id))
    return { json: { removed: id }, text: `${id} is removed: nothing more is sent to it.` };
  return notThere(id);
}

function notThere(id: string): Result {
  return {
    json: { error: { code: 'invalid_input', message: `there is no webhook ${id}` } },
    text: `there is no webhook ${escapeForTerminal(id)}: showrunner webhook list`,
    exit: exits.notFound,
  };
}

async function test(context: Context, id: string): Promise<Result> {
  const { production } = await context.open({ readOnly: true });
  const endpoint = new Endpoints(context.directory).list().find((each) => each.id === id);
  if (!endpoint) return notThere(id);
  const failure = await sendTest(production, endpoint, context.signal);
  return {
    json: { id, received: failure === undefined, failure: failure ?? null },
    text: escapeForTerminal(
      failure === undefined
        ? `${shownAddress(endpoint.url)} has received a test event (dev.showrunner.webhook.test.v1). next: showrunner webhook deliver`
        : `${shownAddress(endpoint.url)} has not received the test event: ${failure}`,
    ),
    exit: failure === undefined ? exits.done : exits.failed,
  };
}

async function send(context: Context, once: boolean): Promise<Result> {
  const manager = await context.open();
  const endpoints = new Endpoints(context.directory);
  if (!once)
    context.note(
      `Delivering to ${endpoints.list().length} webhooks; those that are added are taken up. Ctrl-C stops: what is not delivered then is delivered by the next who does.`,
    );
  const { signal, note } = context;
  const delivered = await deliver({
    production: manager.production,
    endpoints,
    signal,
    once,
    note,
  });
  const failing = delivered.some(({ progress }) => progress.failures > 0);
  return {
    json: { webhooks: delivered.map(({ endpoint, progress }) => shown(endpoint, progress)) },
    text: delivered
      .map(({ endpoint, progress }) => line(endpoint, progress, manager.production.position))
      .join('\n'),
    exit: failing ? exits.failed : exits.done,
  };
}

function shown({ id, url, types, allow_private, from }: Endpoint, progress: Progress): object {
  return { id, url: shownAddress(url), types, allow_private, from, ...progress };
}

function line({ id, url, types }: Endpoint, progress: Progress, position: number): string {
  const { delivered, failures, failure, gone } = progress;
  const state = gone
    ? 'the receiver said that it is gone; nothing more is sent'
    : failures > 0
      ? `failing (${failures} attempts): ${failure}`
      : progress.position < position
        ? `${delivered} delivered, more to deliver`
        : `${delivered} delivered, nothing left`;
  return escapeForTerminal(`${id} ${shownAddress(url)} (${types.join(', ')}): ${state}`);
}
