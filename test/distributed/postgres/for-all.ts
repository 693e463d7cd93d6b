import { afterAll, beforeAll } from 'vitest';
import { startPostgres, type PostgresServer } from './server.js';

/** One for all tests of a file. */
export function postgresForAll(): PostgresServer {
  let server: PostgresServer | undefined;
  const started = (): PostgresServer => {
    if (!server) throw new Error('Postgres is started before the first test');
    return server;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server?.stop();
  });
  return {
    get url() {
      return started().url;
    },
    kill: () => started().kill(),
    start: () => started().start(),
    stop: () => started().stop(),
  };
}
