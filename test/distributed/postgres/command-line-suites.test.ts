import { afterAll, beforeAll } from 'vitest';
import '../../cli/people-key.test.js';
import '../../cli/people-schedule.test.js';
import { startPostgres, type PostgresServer } from './server.js';

// The command line's own tests, as they are: a log carries each of their productions.
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  process.env['SHOWRUNNER_TEST_LOG'] = server.url;
});
afterAll(async () => {
  await server.stop();
});
