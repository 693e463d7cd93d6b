// Asks servers of others, as a production that lies there would: node asking-servers.mjs '[["postgres", address], …]'. Each question is told with how it
// ended and when; whatever is thrown past it ends this process.
import { PostgresLog } from '../../dist/src/postgres/index.js';
import { RestateLog } from '../../dist/src/restate/index.js';
import { s3Store } from '../../dist/src/artifacts/s3-store.js';
import { inspect } from 'node:util';

const hash = 'a'.repeat(64);
const bytes = new TextEncoder().encode('{"kind":"header"}\n');

const logs = {
  append: (log) => log.append(0, bytes, 'key'),
  read: (log) => log.read(0),
  end: (log) => log.end(),
  turn: async (log) => (await log.turn())(),
};

const questions = {
  postgres: [logs, (url) => new PostgresLog({ url, production: 'one' })],
  restate: [logs, (url) => new RestateLog({ addresses: [url], production: 'one' })],
  s3: [
    {
      has: (store) => store.has(hash),
      get: async (store) => {
        let size = 0;
        // What is read is bounded by whoever knows how long it should be.
        for await (const piece of (await store.get(hash)) ?? []) if ((size += piece.length) > 1e6) break;
        return size;
      },
      remove: (store) => store.remove(hash),
    },
    (url) =>
      s3Store({
        bucket: 'bucket',
        endpoint: url,
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'hidden9pass',
        timeoutMs: 3_000,
      }),
  ],
};

const [given] = process.argv.slice(2);
await Promise.all(
  JSON.parse(given).flatMap(([kind, name, url]) => {
    const [acts, open] = questions[kind];
    return Object.entries(acts).map(async ([act, ask]) => {
      const at = performance.now();
      let log;
      const tell = (how, text) =>
        console.log(JSON.stringify({ kind, name, act, how, text, ms: Math.round(performance.now() - at) }));
      try {
        log = await open(url);
        const stop = log.follow?.(() => {});
        const found = await ask(log);
        stop?.();
        tell('answered', inspect(found).slice(0, 200));
      } catch (error) {
        // A program of an embedder's prints what it catches, or does not catch, in this way.
        tell(error?.code ?? error?.name, inspect(error, { depth: 5 }));
      }
      const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'late'));
      if ((await Promise.race([log?.close?.(), late])) === 'late')
        throw new Error(`${kind} ${name}: close hangs`);
    });
  }),
);
// A fetch that was given up may hold its connection for minutes (within.ts).
process.exit();
