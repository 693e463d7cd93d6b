import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { BoardView } from '../../../src/studio/api.js';
import { connect } from '../../agents/_client.js';
import { run, urlFor } from '../../support/cli.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startStudio } from '../../studio/studio-process.js';
import { startReceiver } from '../../telemetry/_receiver.js';

/** A server that carries logs, and can be lost. */
export interface Losable {
  url: string;
  kill: () => void | Promise<void>;
  start: () => Promise<void>;
}

/** `mcp` and `studio` run on while their log is gone: both show the copy with its age, change nothing, and go on once it is back, webhooks as well. */
export async function expectProgramsGoOn({ url, kill, start }: Losable): Promise<void> {
  process.env['SHOWRUNNER_TEST_LOG'] = url;
  onTestFinished(() => {
    delete process.env['SHOWRUNNER_TEST_LOG'];
  });
  const directory = temporaryDirectory();
  expect(urlFor(directory)).toContain(url);
  const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
  const receiver = await startReceiver();
  const hook = ['webhook', 'add', receiver.url, '--allow-private', '--types', 'phase.*'];
  expect(await run(directory, ...hook)).toMatchObject({ code: 0 });
  const agent = await connect('stdio', 'new', directory);
  const studio = await startStudio(directory);
  onTestFinished(() => studio.kill());
  const headers = { authorization: `Bearer ${new URL(studio.link).hash.slice('#token='.length)}` };
  const board = async (): Promise<BoardView> =>
    (await fetch(`${studio.origin}/api/episodes`, { headers })).json() as Promise<BoardView>;
  const raise = async (): Promise<Response> =>
    fetch(`${studio.origin}/api/episodes/${id}/actions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'raiseBudget', scope: 'total', amount: '1.25', reason: 'worth it' }),
    });
  const look = async (): Promise<string[]> => {
    const { content } = await agent.client.callTool({ name: 'get_episode', arguments: { session_id: id } });
    return (content as { text?: string }[]).map(({ text = '' }) => text);
  };
  const research = (): ReturnType<typeof agent.call> =>
    agent.call('update_phase', { session_id: id, phase: 'research', status: 'active' });
  expect(await look()).toEqual([expect.stringContaining('Why bees dance')]);

  await kill();
  expect(await look()).toEqual([
    expect.stringContaining('Why bees dance'),
    expect.stringMatching(/this machine's copy of .* as of \d{4}-.*which may be old/),
  ]);
  expect(await research()).toMatchObject({ refused: true });
  expect((await board()).episodes).toMatchObject([{ sessionId: id, state: 'initialized' }]);
  const refused = await raise();
  expect([refused.ok, await refused.json()]).toMatchObject([
    false,
    { error: { code: 'journal_unavailable', message: expect.stringContaining('Nothing was written') } },
  ]);

  // Longer than webhooks' sender waits before it looks again.
  await wait(6_000);
  await start();
  await expect.poll(async () => (await look()).length, { timeout: 60_000 }).toBe(1);
  expect(await research()).toMatchObject({ refused: false });
  await receiver.got(1);
  await expect.poll(async () => (await raise()).status, { timeout: 60_000 }).toBe(200);
  const { events } = (await run(directory, 'history', id, '--json')).json() as { events: { type: string }[] };
  expect(events.map(({ type }) => type)).toEqual(['episode.created', 'phase.start', 'budget.raise']);
  expect((await run(directory, 'verify')).code).toBe(0);
}
