import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { marked } from '../../../src/agents/answer.js';
import { ProductionStateManager, defineCrew } from '../../../src/index.js';
import { PostgresLog } from '../../../src/postgres/index.js';
import type { StudioEvent } from '../../../src/studio/api.js';
import { scrape } from '../../../src/studio/scrape.js';
import { Live } from '../../../src/studio/live.js';
import { expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { postgresForAll } from './for-all.js';

const server = postgresForAll();

async function connect(production: string, directory: string): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.connect({
    log: new PostgresLog({ url: server.url, production }),
    directory,
  });
  onTestFinished(() => manager.close().catch(() => {}));
  return manager;
}

test('given a program that runs on, when its log goes away, then it shows its copy with its age and writes nothing, and goes on by itself when the log is back', async () => {
  const directory = temporaryDirectory();
  const manager = await connect('away', directory);
  const other = await connect('away', temporaryDirectory());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const live = new Live(manager);
  onTestFinished(() => live.close());
  const told: StudioEvent[] = [];
  live.listen(undefined, (event) => told.push(event));
  const logEvents = () => told.flatMap((event) => (event.type === 'log' ? [event.oldCopy] : []));
  expect(manager.oldCopy).toBeUndefined();
  const before = journalText(directory);

  await server.kill();
  expect((await manager.getEpisodeState(sessionId)).topic).toBe('Bees');
  expect((await manager.listEpisodes()).map(({ session_id: id }) => id)).toEqual([sessionId]);
  expect(await manager.history(sessionId)).toHaveLength(1);
  expect(manager.oldCopy).toEqual({
    of: expect.stringContaining('production away on Postgres'),
    asOf: expect.stringMatching(/^\d{4}-/),
    why: expect.any(String),
  });
  const answered = marked({ content: [] as { type: string; text: string }[] }, manager.oldCopy);
  expect(answered.content[0]?.text).toContain(`as of ${String(manager.oldCopy?.asOf)}`);
  await expect(
    manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '1' }),
  ).rejects.toMatchObject({
    code: 'journal_unavailable',
    message: expect.stringContaining('Nothing was written'),
  });
  // Another machine may have made it.
  await expect(manager.getEpisodeState('ep_009_20250903_143022')).rejects.toMatchObject({
    code: 'journal_unavailable',
  });
  await expect.poll(() => logEvents().at(-1)?.of, { timeout: 10_000 }).toContain('production away');
  expect(journalText(directory)).toBe(before);

  const scraped = await scrape(manager);
  expect(scraped).toMatch(/showrunner_log_appends_total\{outcome="landed"\} [1-9]/);
  expect(Number(/showrunner_log_age_seconds ([\d.]+)/.exec(scraped)?.[1])).toBeGreaterThan(0);

  await server.start();
  await expect.poll(() => logEvents().at(-1), { timeout: 20_000 }).toBeNull();
  expect(manager.oldCopy).toBeUndefined();
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await other.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.25' });
  expect((await manager.getEpisodeState(sessionId)).total_cost).toBe(0.25);
  await expectSound(manager);
});

test('given a worker, when its log goes away and comes back, then it is told once, and it works on', async () => {
  const manager = await connect('working', temporaryDirectory());
  const other = await connect('working', temporaryDirectory());
  const errors: unknown[] = [];
  manager.on('error', (error) => errors.push(error));
  const ended = new AbortController();
  const nothing = async (): Promise<null> => null;
  const working = manager.work(defineCrew({ research: nothing, script: nothing, audio: nothing }), {
    signal: ended.signal,
    pollMs: 100,
  });
  await wait(300);
  await server.kill();
  await expect.poll(() => errors.length, { timeout: 20_000 }).toBeGreaterThan(0);
  await wait(1_000);
  await server.start();
  const sessionId = await other.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await expect
    .poll(async () => (await other.getEpisodeState(sessionId)).status, { timeout: 30_000 })
    .toBe('complete');
  ended.abort();
  expect(await working).toMatchObject({ complete: 1 });
  expect(errors.filter((error) => (error as { code?: string }).code === 'journal_unavailable')).toHaveLength(
    1,
  );
});
