import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type {
  BoardView,
  ChartView,
  EpisodeMoment,
  EpisodeView,
  ProductionView,
  StudioEvent,
} from '../../src/studio/api.js';
import { ProductionStateManager } from '../../src/index.js';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { tellStory } from './story.js';
import { startStudio, type StudioProcess } from './studio-process.js';

async function opened(directory: string): Promise<
  StudioProcess & {
    get: <Shape>(path: string) => Promise<Shape>;
    post: (path: string, body: object) => Promise<Response>;
    listen: (since?: number) => Listener;
  }
> {
  const studio = await startStudio(directory);
  onTestFinished(() => studio.kill());
  const headers = { authorization: `Bearer ${new URL(studio.link).hash.slice('#token='.length)}` };
  return {
    ...studio,
    get: async (path) => (await fetch(`${studio.origin}${path}`, { headers })).json() as never,
    post: (path, body) =>
      fetch(`${studio.origin}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    listen: (since) =>
      listen(`${studio.origin}/api/events${since === undefined ? '' : `?since=${since}`}`, headers),
  };
}

interface Listener {
  heard: StudioEvent[];
  until: (holds: (event: StudioEvent) => boolean) => Promise<StudioEvent>;
}

function listen(url: string, headers: Record<string, string>): Listener {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const heard: StudioEvent[] = [];
  const reading = async (): Promise<void> => {
    const { body } = await fetch(url, { headers, signal: stop.signal });
    let rest = '';
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      heard.push(
        ...blocks
          .filter((block) => block.startsWith('data: '))
          .map((block) => JSON.parse(block.slice(6)) as StudioEvent),
      );
    }
  };
  reading().catch(() => {});
  return {
    heard,
    async until(holds) {
      await expect.poll(() => heard.some(holds), { timeout: 10_000 }).toBe(true);
      return heard.find(holds) as StudioEvent;
    },
  };
}

describe('the studio’s API', () => {
  test('given commits of other processes, when one listens, then each is told with the episode as it stands, and what was missed comes after', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const studio = await opened(directory);
    const { position, episodes } = await studio.get<BoardView>('/api/episodes');
    expect(episodes).toMatchObject([{ sessionId: id, state: 'initialized', spent: 0, budget: 7 }]);
    const first = studio.listen();
    expect(await first.until(({ type }) => type === 'hello')).toEqual({ type: 'hello', position });
    await run(directory, 'phase', id, 'research', 'active');
    await run(directory, 'cost', id, 'research', 'perplexity_query', '0.35');
    const told = await first.until(
      (event) => event.type === 'commit' && event.entries.some(({ type }) => type === 'cost.recorded'),
    );
    expect(told).toMatchObject({
      sessionId: id,
      board: { state: 'research.active', spent: 0.35 },
      entries: expect.arrayContaining([
        expect.objectContaining({
          type: 'cost.recorded',
          total_cost: 0.35,
          text: 'perplexity_query cost $0.35',
        }),
      ]),
    });
    expect(await first.until(({ type }) => type === 'today')).toMatchObject({
      today: { spent: 0.35, cap: 50 },
    });
    const late = studio.listen(position);
    await late.until((event) => event.type === 'commit' && event.board.spent === 0.35);
    expect(late.heard[0]).toEqual({ type: 'hello', position });
    expect(
      late.heard.flatMap((event) => (event.type === 'commit' ? event.entries.map(({ type }) => type) : [])),
    ).toEqual(['phase.start', 'cost.recorded']);
    const lost = studio.listen(1);
    expect(await lost.until(({ type }) => type === 'hello')).not.toEqual({ type: 'hello', position: 1 });
  });

  test('given a told production, then board, episodes, past and production say what the engine says', async () => {
    const directory = temporaryDirectory();
    const story = await tellStory(directory);
    const studio = await opened(directory);
    const manager = await ProductionStateManager.open({ directory, readOnly: true });
    onTestFinished(() => manager.close());
    const { episodes, today, directory: place } = await studio.get<BoardView>('/api/episodes');
    expect(new Map(episodes.map(({ sessionId, spent, status }) => [sessionId, [spent, status]]))).toEqual(
      new Map(
        (await manager.listEpisodes()).map(({ session_id: id, total_cost: spent, status }) => [
          id,
          [spent, status],
        ]),
      ),
    );
    const needs = new Map(
      episodes.map((episode) => [episode.sessionId, episode.needs.map(({ need }) => need)]),
    );
    expect(
      [story.review, story.held, story.overBudget, story.failed, story.running].map((id) => needs.get(id)),
    ).toEqual([['approval'], ['held_operation'], ['budget_stop'], ['failed'], []]);

    const view = await studio.get<EpisodeView>(`/api/episodes/${story.failed}`);
    expect(view.recovery).toMatchObject({
      recoverable: true,
      options: expect.arrayContaining([expect.objectContaining({ phase: 'script' })]),
    });
    expect(view.actions).toEqual(expect.arrayContaining(['recover', 'archive']));
    expect(view.snapshot).toEqual(await manager.getSnapshot(story.failed));
    expect(view.operations.reduce((sum, { cost }) => sum + Math.round((cost ?? 0) * 1e6), 0)).toBe(
      Math.round((await manager.getEpisodeCost(story.failed)) * 1e6),
    );
    const { entries } = await studio.get<{ entries: { position: number }[] }>(
      `/api/episodes/${story.failed}/history`,
    );
    expect(entries).toHaveLength((await manager.history(story.failed)).length);
    const middle = entries[Math.floor(entries.length / 2)]?.position ?? 0;
    const moment = await studio.get<EpisodeMoment>(`/api/episodes/${story.failed}/at/${middle}`);
    expect(moment.snapshot).toEqual(await manager.stateAt(story.failed, middle));

    const production = await studio.get<ProductionView>('/api/production');
    expect(production).toMatchObject({
      metrics: await manager.getProductionMetrics(),
      totalSpent: await manager.getTotalSpending(),
      today,
      directory: place,
    });
    expect(today.spent).toBeGreaterThan(0);
    expect(production.days.reduce((sum, { spent }) => sum + Math.round(spent * 1e6), 0)).toBe(
      Math.round(production.totalSpent * 1e6),
    );
    expect(await studio.get(`/api/episodes/ep_999_20260101_000000`)).toMatchObject({
      error: { code: 'session_unknown' },
    });
    expect(await studio.get(`/api/episodes/${story.failed}/at/x`)).toMatchObject({
      error: { code: 'invalid_input' },
    });
  });

  test('given Prometheus with the token, then it gets text in its format; without, nothing', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Bees');
    const studio = await opened(directory);
    const token = new URL(studio.link).hash.slice('#token='.length);
    const asked = await fetch(`${studio.origin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(asked.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await asked.text()).toMatch(/^showrunner_cost_usd_total\{phase="research"\} [\d.]+$/m);
    expect((await fetch(`${studio.origin}/metrics`)).status).toBe(401);
  });

  test('given the chart, then every state and arrow has its place, and nothing lies outside or upon another', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Chart');
    const { states, edges, width, height, everywhere } = await (
      await opened(directory)
    ).get<ChartView>('/api/chart');
    expect(width).toBeLessThanOrEqual(1240);
    expect(states.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'initialized',
        'research',
        'script.review',
        'audio.paused',
        'complete',
        'failed',
        'recovery',
        'archived',
      ]),
    );
    expect(everywhere).toContain('cost.recorded');
    for (const { x, y, width: wide, height: high } of states)
      expect(x >= 0 && y >= 0 && x + wide <= width && y + high <= height).toBe(true);
    const leaves = states.filter(({ id }) => !states.some(({ parent }) => parent === id));
    const boxes = [...leaves, ...edges.flatMap(({ label }) => label ?? [])];
    const overlaps = boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter(
          (b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
        ),
    );
    expect(overlaps).toEqual([]);
    for (const { points, events } of edges)
      expect([events.length > 0, points.length > 1]).toEqual([true, true]);
  });

  test('given a person acts, then the journal has it, and a refusal is told as the engine says it', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const studio = await opened(directory);
    const act = (body: object) => studio.post(`/api/episodes/${id}/actions`, body);
    expect(
      (await act({ action: 'raiseBudget', scope: 'total', amount: '1.25', reason: 'worth it' })).status,
    ).toBe(200);
    const refused = await act({ action: 'approve' });
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { code: 'wrong_state', remedy: 'caller' } },
    ]);
    const wrong = await act({ action: 'raiseBudget', scope: 'total', amount: '1e400', reason: 'x' });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_input', field: 'amount' } },
    ]);
    expect((await run(directory, 'verify')).code).toBe(0);
    const { events } = (await run(directory, 'history', id, '--json')).json() as {
      events: { type: string }[];
    };
    expect(events.map(({ type }) => type)).toEqual(['episode.created', 'budget.raise']);
  });

  test('given a call that is reserved, when a person says what it cost and gave, then a worker that asks gets that; one that did not happen gives its money back', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    await run(directory, 'phase', id, 'research', 'active');
    for (const key of ['q1', 'q2'])
      await run(directory, 'reserve', id, 'research', 'query', '0.10', '--key', key);
    const studio = await opened(directory);
    const act = (body: object) => studio.post(`/api/episodes/${id}/actions`, body);
    const settle = { action: 'settle', key: 'q1', cost: '0.07', result: { notes: 'Bees dance.' } };
    expect((await act(settle)).status).toBe(200);
    expect(await (await act({ action: 'release', key: 'q2' })).json()).toMatchObject({
      operations: [
        { key: 'q1', status: 'settled', cost: 0.07 },
        { key: 'q2', status: 'released', cost: null },
      ],
    });
    expect((await act({ ...settle, cost: '-1' })).status).toBe(400);
    const { events } = (await run(directory, 'history', id, '--json')).json() as { events: object[] };
    expect(events).toContainEqual(
      expect.objectContaining({
        event: expect.objectContaining({ key: 'q1', result: { json: '{"notes":"Bees dance."}' } }) as object,
      }),
    );
  });

  test('given Ctrl-C, then the studio ends well; given a port that is taken, then it says what to do', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const studio = start(directory, ['studio', '--port', '0']);
    await studio.said('/#token=');
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const second = await run(directory, 'studio', '--port', String(port));
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('--port: the port is taken')]);
    studio.kill('SIGINT');
    const ended = await studio.ended;
    expect(ended.stderr).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/);
    expect(ended.code).toBe(0);
  });
});
