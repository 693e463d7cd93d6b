import { expect, onTestFinished, test } from 'vitest';
import { expectProgramsGoOn } from '../support/programs-away.js';
import { startPostgres } from './server.js';

test('given mcp and studio, when Postgres is killed and comes back, then both show the copy, change nothing, and go on', async () => {
  expect.hasAssertions();
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  await expectProgramsGoOn(server);
});
