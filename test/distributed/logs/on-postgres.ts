import type { TestProject } from 'vitest/node';
import { startPostgres } from '../postgres/server.js';

/** A log on Postgres for a whole run of suites. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  provide('log', server.url);
  return () => server.stop();
}
