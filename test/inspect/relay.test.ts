import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';
import { WebSocket } from 'ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, inspectionAddress } from '../../src/index.js';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Inspected {
  page: string;
  port: number;
  /** A new one for each connection. */
  address: () => Promise<string>;
}

/** `showrunner inspect` in a process of its own. */
async function inspected(directory: string, ...args: string[]): Promise<Inspected> {
  const child = spawn(process.execPath, [
    main,
    'inspect',
    ...args,
    '--port',
    '0',
    '--json',
    '--directory',
    directory,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await expect.poll(() => said, { timeout: 20_000 }).toContain('\n');
  const { page } = JSON.parse(said) as { page: string };
  const port = Number(new URL(page).port);
  return { page, port, address: () => inspectionAddress({ directory, port }) };
}

/** The inspector's own receiver. */
function received(address: string): StatelyInspectionEvent[] {
  const heard: StatelyInspectionEvent[] = [];
  const { unsubscribe } = createWebSocketReceiver({ server: address }).subscribe((event) =>
    heard.push(event),
  );
  onTestFinished(unsubscribe);
  return heard;
}

const types = (heard: StatelyInspectionEvent[], id: string): string[] =>
  heard
    .filter(({ sessionId }) => sessionId === id)
    .map((each) =>
      each.type === '@xstate.actor'
        ? 'actor'
        : each.type === '@xstate.event'
          ? each.event.type
          : `→ ${JSON.stringify((each.snapshot as unknown as { value: unknown }).value)}`,
    );

async function refused(url: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve) => {
    socket.on('open', () => resolve('welcome'));
    socket.on('error', (error) => resolve(error.message));
  }).finally(() => socket.terminate()) as Promise<string>;
}

async function asked(port: number, authorization: string): Promise<[status: number, body: string]> {
  const answer = await fetch(`http://127.0.0.1:${port}/inspect/ticket`, {
    method: 'POST',
    headers: { authorization },
  });
  return [answer.status, await answer.text()];
}

describe('the inspector’s relay', () => {
  test('given a past episode, when the inspector’s receiver connects, then it gets the machine, each event and each snapshot, again after a reconnect, and no payload', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    await run(directory, 'phase', id, 'research', 'active');
    await run(directory, 'phase', id, 'research', 'complete');
    await run(directory, 'cancel', id, '--reason', 'no guest');
    await run(directory, 'archive', id);
    const { address } = await inspected(directory, id);
    for (let connection = 0; connection < 2; connection += 1) {
      const heard = received(await address());
      await expect
        .poll(() => types(heard, id))
        .toEqual([
          'actor',
          'phase.start',
          '→ {"research":"active"}',
          'phase.complete',
          '→ {"script":"pending"}',
          'episode.cancelled',
          '→ "failed"',
          'episode.archive',
          '→ "archived"',
        ]);
      const [actor] = heard;
      const definition = JSON.parse((actor as { definition: string }).definition) as {
        id: string;
        states: object;
      };
      expect([definition.id, Object.keys(definition.states)]).toEqual([
        'episode',
        expect.arrayContaining(['research', 'failed', 'archived']),
      ]);
      expect(JSON.stringify(heard)).toContain('"payload":"[kept here]"');
    }
  });

  test('given episodes at work, when other processes commit and create, then the receiver hears of it as it happens', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const { address } = await inspected(directory);
    const heard = received(await address());
    await expect.poll(() => types(heard, id)).toEqual(['actor']);
    await run(directory, 'phase', id, 'research', 'active');
    await expect
      .poll(() => types(heard, id), { timeout: 10_000 })
      .toEqual(['actor', 'phase.start', '→ {"research":"active"}']);
    const other = (await run(directory, 'create', '--topic', 'Another', '--episode', '2')).stdout.trim();
    await expect.poll(() => types(heard, other), { timeout: 10_000 }).toEqual(['actor']);
  });

  test('given an embedder’s own actors, when they are inspected over the relay, then others see them: a live episode, and any machine', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const { address } = await inspected(directory);
    const heard = received(await address());
    const inspector = createWebSocketInspector({ url: await address() });
    onTestFinished(() => inspector.stop());
    const manager = await ProductionStateManager.open({ directory });
    onTestFinished(() => manager.close());
    const episode = await manager.actor(id, { inspect: inspector.inspect });
    onTestFinished(() => void episode.stop());
    const lamp = createActor(
      createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: {} } }),
      { inspect: inspector.inspect },
    ).start();
    lamp.send({ type: 'press' });
    await expect
      .poll(() => heard.flatMap((each) => (each.type === '@xstate.actor' ? [each.name] : [])), {
        timeout: 10_000,
      })
      .toEqual(expect.arrayContaining([id, 'episode', 'lamp']));
    episode.send({ type: 'phase.start', at: new Date().toISOString(), phase: 'research' });
    await expect
      .poll(
        () =>
          heard
            .filter((each) => each.type === '@xstate.snapshot' && each.sessionId === episode.sessionId)
            .map((each) => (each as unknown as { snapshot: { value: unknown } }).snapshot.value),
        { timeout: 10_000 },
      )
      .toContainEqual({ research: 'active' });
    await expect.poll(() => JSON.stringify(heard)).toContain('"press"');
  });

  test('given strangers, then they are refused: no token, another site’s page, another name for this machine', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Why bees dance');
    const { address, port, page } = await inspected(directory);
    expect(await refused(await address())).toBe('welcome');
    expect(await refused(await address(), { origin: `http://127.0.0.1:${port}` })).toBe('welcome');
    const used = await address();
    expect(await refused(used)).toBe('welcome');
    expect(await refused(used)).toContain('401');
    const key = new URL(page).hash.slice('#token='.length);
    for (const query of ['', '?ticket=', '?ticket=wrong', `?ticket=${key}`, `?token=${key}`])
      expect(await refused(`ws://127.0.0.1:${port}/inspect${query}`)).toContain('401');
    for (const origin of [
      'https://evil.example',
      'null',
      'https://stately.ai',
      `http://127.0.0.1:${port + 1}`,
    ])
      expect(await refused(await address(), { origin })).toContain('403');
    expect(await refused(await address(), { host: `evil.example:${port}` })).toContain('421');
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${key}`])
      expect(await asked(port, authorization)).toEqual([401, '']);
    expect(await asked(port, `Bearer ${key}`)).toEqual([
      200,
      expect.stringMatching(/^{"ticket":"[\w-]{43}"}$/),
    ]);
    const shown = await fetch(`http://127.0.0.1:${port}/`);
    const html = await shown.text();
    expect(html).not.toContain(key);
    expect(html).toContain('sandbox="allow-scripts allow-same-origin allow-forms allow-popups"');
    expect(shown.headers.get('content-security-policy')).toContain('frame-src https://stately.ai;');
  });

  test('given a client that talks rubbish, then it changes nothing', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await run(directory, 'create', '--topic', 'Why bees dance');
    const { address } = await inspected(directory);
    const client = new WebSocket(await address());
    await new Promise((resolve) => client.on('open', resolve));
    for (const rubbish of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"@xstate.actor"}',
      '{"type":"evil","sessionId":"x"}',
      'x'.repeat(100_000),
    ])
      client.send(rubbish);
    client.send(JSON.stringify({ type: '@xstate.actor', sessionId: 'mine', name: 'mine', snapshot: {} }));
    const heard = received(await address());
    await expect.poll(() => heard.map(({ sessionId }) => sessionId)).toHaveLength(2);
    expect(heard.at(-1)?.sessionId).toBe('mine');
    client.terminate();
  });
});
