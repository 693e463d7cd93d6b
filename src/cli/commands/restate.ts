import { once } from 'node:events';
import type { Context, Result, Run } from '../command.js';
import { findEpisode } from '../find-episode.js';
import { portOption, whenListening } from '../listening.js';
import { produceEntrusted } from '../produce-entrusted.js';
import { printJson } from '../standard-output.js';
import { UsageError } from '../usage-error.js';

/** Where Restate's own SDKs listen. */
const usualPort = 9080;
const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

export const run: Run = async (context, [act, episode], options) => {
  if (act === 'entrust') return entrustEpisode(context, episode);
  if (act !== 'serve' || episode !== undefined)
    throw new UsageError(
      `showrunner restate takes serve, or entrust <episode>; not ${String(episode === undefined ? act : episode).slice(0, 60)}`,
    );
  const { signal } = context;
  const host = typeof options['host'] === 'string' ? options['host'] : '127.0.0.1';
  const identityKeys =
    typeof options['identityKey'] === 'string' ? options['identityKey'].split(',') : undefined;
  if (!loopback.test(host) && identityKeys === undefined)
    throw new UsageError(
      '--host: who reaches an open port could write the log; add --identity-key with the public key that the Restate server prints when it starts',
    );
  const produce = typeof options['crew'] === 'string' ? await produceEntrusted(context, options) : undefined;
  const { serveRestate } = await import('../../restate/index.js');
  const port = portOption(options['port'], usualPort);
  const served = await whenListening(() =>
    serveRestate({ port, host, ...(identityKeys && { identityKeys }), ...(produce && { produce }) }),
  );
  if (context.json) printJson({ host, port: served.port, signed: identityKeys !== undefined });
  else
    context.note(
      `Serving productions' logs to Restate on ${host}:${served.port}, as HTTP/2. Register it once, at any node's admin address:\n  curl -H 'content-type: application/json' -d '{"uri":"http://${host}:${served.port}"}' http://127.0.0.1:9070/deployments\nCtrl-C ends it.`,
    );
  if (!signal.aborted) await once(signal, 'abort');
  await served.close();
  return { text: '' };
};

/** Has Restate see to it that a worker that was started with a crew works on the episode. */
async function entrustEpisode(context: Context, name: string | undefined): Promise<Result> {
  const { log } = context;
  if (name === undefined) throw new UsageError('showrunner restate entrust <episode>');
  if (log?.on !== 'restate')
    throw new UsageError('restate entrust: say on which Restate, with --restate <urls> or SHOWRUNNER_URL');
  const sessionId = await findEpisode(await context.open({ readOnly: true }), name);
  const { entrust } = await import('../../restate/index.js');
  await entrust({ addresses: log.addresses, production: log.production }, sessionId);
  return {
    json: { session_id: sessionId, entrusted: true },
    text: `${sessionId} is Restate's to see to: whoever serves with --crew works on it, and another one when that dies.`,
  };
}
