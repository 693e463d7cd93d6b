import { once } from 'node:events';
import type { Run } from '../command.js';
import { portOption, whenListening } from '../listening.js';
import { printJson } from '../standard-output.js';
import { UsageError } from '../usage-error.js';

/** Where Restate's own SDKs listen. */
const usualPort = 9080;
const loopback = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

export const run: Run = async (context, [act], options) => {
  if (act !== 'serve')
    throw new UsageError(`showrunner restate takes serve; not ${String(act).slice(0, 60)}`);
  const { signal } = context;
  const host = typeof options['host'] === 'string' ? options['host'] : '127.0.0.1';
  const identityKeys =
    typeof options['identityKey'] === 'string' ? options['identityKey'].split(',') : undefined;
  if (!loopback.test(host) && identityKeys === undefined)
    throw new UsageError(
      '--host: who reaches an open port could write the log; add --identity-key with the public key that the Restate server prints when it starts',
    );
  const { serveRestate } = await import('../../restate/index.js');
  const port = portOption(options['port'], usualPort);
  const served = await whenListening(() =>
    serveRestate({ port, host, ...(identityKeys && { identityKeys }) }),
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
