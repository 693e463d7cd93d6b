import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudEvent } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defineCrew, type ProductionStateManager } from '../../src/index.js';
import { cloudEventsOf } from '../../src/telemetry/cloud-event.js';
import { deliver, Endpoints, type Endpoint } from '../../src/telemetry/index.js';
import { isPublicAddress, publicLookup } from '../../src/telemetry/public-address.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startReceiver, type Received } from './_receiver.js';

async function house(): Promise<{
  manager: ProductionStateManager;
  endpoints: Endpoints;
  directory: string;
}> {
  const directory = temporaryDirectory();
  return { manager: await openProduction(directory), endpoints: new Endpoints(directory), directory };
}

function add(endpoints: Endpoints, url: string, types = ['*']): Endpoint {
  return endpoints.add({ url, types, from: 0, allowPrivate: true });
}

/** Delivers what there is; with a signal, goes on until it is aborted. */
function send(
  { manager, endpoints }: { manager: ProductionStateManager; endpoints: Endpoints },
  signal?: AbortSignal,
): ReturnType<typeof deliver> {
  return deliver({
    production: manager.production,
    endpoints,
    signal: signal ?? new AbortController().signal,
    once: signal === undefined,
    firstWaitMs: 1,
    note: () => {},
  });
}

/** Delivers until the test is over. */
function keepSending(of: { manager: ProductionStateManager; endpoints: Endpoints }): void {
  const over = new AbortController();
  const running = send(of, over.signal);
  onTestFinished(async () => {
    over.abort();
    await running;
  });
}

async function work(manager: ProductionStateManager): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.35', key: 'q' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { found: 3 } });
  return sessionId;
}

function names(received: readonly Received[]): string[] {
  return received.map(({ event }) => event.type.replace(/^dev\.showrunner\.(.*)\.v1$/, '$1'));
}

describe('webhooks', () => {
  test('given an episode at work, then its receiver gets each event in order, as a CloudEvent, signed, with its place in the journal as id', async () => {
    const of = await house();
    const receiver = await startReceiver();
    const { secret } = add(of.endpoints, receiver.url);
    const sessionId = await work(of.manager);
    await send(of);
    expect(names(receiver.received)).toEqual([
      'episode.created',
      'episode.moved',
      'phase.started',
      'cost.recorded',
      'episode.moved',
      'checkpoint.saved',
      'phase.completed',
    ]);
    for (const { id, body, headers, event } of receiver.received) {
      expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
      expect(new CloudEvent(event).validate()).toBe(true);
      expect(event).toMatchObject({ id, subject: sessionId, data: { topic: 'Why bees dance' } });
    }
    const history = await of.manager.history(sessionId);
    const positions = receiver.received.map(({ id }) => Number(id.split('.')[0]));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(7);
    expect(Math.max(...positions)).toBeLessThan(history.at(-1)?.position ?? 0);
    expect(receiver.received[3]?.event.data).toMatchObject({
      phase: 'research',
      spent: 0.35,
      total_cost: 0.35,
    });
  });

  test('given more episodes than are kept in memory, whose commits take turns, then each commit is told as if all were', async () => {
    const { manager } = await house();
    const ids: string[] = [];
    for (let n = 1; n <= 6; n += 1)
      ids.push(await manager.createEpisodeSession({ episodeNum: n, topic: `Bees ${n}` }));
    const phase = 'research';
    for (const sessionId of ids) await manager.updatePhase({ sessionId, phase, status: 'active' });
    for (const cost of ['0.10', '0.20', '1.50'])
      for (const sessionId of ids) await manager.addCost({ sessionId, phase, operation: 'query', cost });
    const { position } = manager.production;
    const all = manager.production.commitsAfter(0).next(1000, position);
    const few = manager.production.commitsAfter(0, 2);
    const read = Array.from({ length: all.length }, () => few.next(1, position)).flat();
    expect(read).toEqual(all);
    expect(few.followed).toBe(2);
    expect(read.flatMap((commit) => cloudEventsOf(commit, '/x'))).toHaveLength(6 * (1 + 2 + 3 + 1));
  });

  test('given what was delivered, when more happens, then only that is sent', async () => {
    const of = await house();
    const receiver = await startReceiver();
    add(of.endpoints, receiver.url, ['phase.*', 'person.needed']);
    const sessionId = await work(of.manager);
    await send(of);
    await send(of);
    await of.manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
    await of.manager.pause({ sessionId, by: 'ada', reason: 'lunch' });
    await send(of);
    expect(names(receiver.received)).toEqual([
      'phase.started',
      'phase.completed',
      'phase.started',
      'person.needed',
    ]);
    expect(receiver.received.at(-1)?.event.data).toMatchObject({
      need: 'paused',
      by: 'ada',
      reason: 'lunch',
    });
  });

  test('given an approval is waited for, when only its deadline changes, then no person is needed anew', async () => {
    const of = await house();
    const receiver = await startReceiver();
    add(of.endpoints, receiver.url, ['person.needed']);
    const sessionId = await of.manager.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      approvals: ['research'],
    });
    await of.manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await of.manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    for (const hours of [24, 48, null]) {
      const approvalDeadline = hours === null ? null : { hours, do: 'remind' };
      await of.manager.changePolicy({ set: { approvalDeadline }, by: 'Ada', reason: 'a slow week' });
      // An episode goes by the new policy from its next event on.
      await of.manager.recordQuality({ sessionId, name: 'depth', value: 9 });
    }
    await send(of);
    expect(receiver.received.map(({ event }) => event.data)).toMatchObject([{ need: 'approval' }]);
  });

  test('given a receiver that fails, then the event comes again with its id until it is taken, and the next ones after it', async () => {
    const of = await house();
    const receiver = await startReceiver((response, number) =>
      number < 4 ? response.writeHead(503, { 'retry-after': '0' }).end() : response.writeHead(200).end('ok'),
    );
    add(of.endpoints, receiver.url, ['phase.*']);
    keepSending(of);
    await work(of.manager);
    await receiver.got(5);
    const [first] = receiver.received;
    expect(receiver.received.map(({ id }) => id).slice(0, 4)).toEqual(Array<string>(4).fill(first?.id ?? ''));
    expect(names(receiver.received).slice(3)).toEqual(['phase.started', 'phase.completed']);
  });

  test('given a receiver that never answers, then another one is told and the production goes on', async () => {
    const of = await house();
    const silent = await startReceiver(() => {});
    const other = await startReceiver();
    add(of.endpoints, silent.url);
    add(of.endpoints, other.url);
    keepSending(of);
    await work(of.manager);
    await other.got(7);
    expect(silent.received).toHaveLength(1);
  });

  test('given a receiver that says it is gone, then nothing more is sent to it', async () => {
    const of = await house();
    const receiver = await startReceiver((response) => response.writeHead(410).end());
    add(of.endpoints, receiver.url);
    await work(of.manager);
    const [delivered] = await send(of);
    await send(of);
    expect(delivered?.progress).toMatchObject({ gone: true, failure: 'it answered 410' });
    expect(receiver.received).toHaveLength(1);
  });

  test('given a redirection, then it is not followed', async () => {
    const of = await house();
    const target = await startReceiver();
    const receiver = await startReceiver((response) =>
      response.writeHead(307, { location: target.url }).end(),
    );
    add(of.endpoints, receiver.url);
    await work(of.manager);
    const [delivered] = await send(of);
    expect(delivered?.progress.failure).toBe('it answered 307');
    expect(target.received).toEqual([]);
  });

  test('given commits of another process, then they are told too, when somebody delivers', async () => {
    const of = await house();
    const receiver = await startReceiver();
    add(of.endpoints, receiver.url);
    keepSending(of);
    const other = await openProduction(of.directory);
    await work(other);
    await receiver.got(7);
    expect(names(receiver.received)).toContain('phase.completed');
  });

  test('given a change of the policy, then it is told', async () => {
    const of = await house();
    const receiver = await startReceiver();
    add(of.endpoints, receiver.url, ['policy.changed']);
    await of.manager.changePolicy({ set: { dailyCap: '20.00' }, reason: 'a quiet month', by: 'ada' });
    await send(of);
    expect(receiver.received.map(({ event }) => event.data)).toMatchObject([
      { by: 'ada', reason: 'a quiet month' },
    ]);
  });

  test('given another version of its crew takes an episode up, then it is told from which to which, and the first of them is no change', async () => {
    const of = await house();
    const receiver = await startReceiver();
    add(of.endpoints, receiver.url, ['crew.changed']);
    const idle = () => Promise.resolve(null);
    const crew = (version: string) =>
      defineCrew({ name: 'bees', version, research: idle, script: idle, audio: idle });
    const bees = { key: 'bees', topic: 'Bees', approvals: ['research' as const] };
    const { sessionId } = await of.manager.produce(bees, crew('1.0'));
    await of.manager.approve({ sessionId });
    await of.manager.produce(bees, crew('2.0'));
    await send(of);
    expect(receiver.received.map(({ event }) => event)).toMatchObject([
      {
        type: 'dev.showrunner.crew.changed.v1',
        subject: sessionId,
        data: { from: { name: 'bees', version: '1.0' }, to: { name: 'bees', version: '2.0' } },
      },
    ]);
  });
});

describe('what a webhook may reach', () => {
  test.each([
    'https://127.0.0.1:9/',
    'https://localhost:9/',
    'https://[::1]:9/',
    'https://[::ffff:127.0.0.1]:9/',
    'https://0.0.0.0:9/',
    'https://2130706433:9/',
    'https://0x7f.1:9/',
    'https://[::127.0.0.1]:9/',
    'https://[::ffff:7f00:1]:9/',
    'https://[::ffff:0:127.0.0.1]:9/',
    'https://[64:ff9b::127.0.0.1]:9/',
  ])('given %s, when private addresses are not allowed, then nothing is sent there', async (url) => {
    const of = await house();
    of.endpoints.add({ url, types: ['*'], from: 0, allowPrivate: false });
    await work(of.manager);
    const [delivered] = await send(of);
    expect(delivered?.progress.failure).toMatch(/is an address of this machine or its network/);
  });

  test.each([
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['224.0.0.1', false],
    ['::7f00:1', false],
    ['::ffff:a9fe:a9fe', false],
    ['64:ff9b::a01:203', false],
    ['2002:7f00:1::1', false],
    ['fec0::1', false],
    ['::', false],
    ['no address', false],
    ['93.184.215.14', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
  ])('given %s, then it is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test.each([true, false])(
    'given a name that leads to this machine, when the connection looks it up (all: %s), then it is refused there',
    async (all) => {
      const refused = await new Promise<unknown>((resolve) =>
        publicLookup('localhost', { all }, (error) => resolve(error)),
      );
      expect(refused).toMatchObject({
        code: 'EPRIVATE',
        message: expect.stringMatching(
          /^localhost is (?:127\.0\.0\.1|::1), which is an address of/,
        ) as string,
      });
    },
  );

  test('given the file with the secrets, then it is its owner alone who may read it', async () => {
    const of = await house();
    add(of.endpoints, 'https://example.com/hook');
    expect(statSync(join(of.directory, 'webhooks.json')).mode & 0o777).toBe(0o600);
  });

  test.each([
    [{ url: 'ftp://example.com' }, /url is no http or https address/],
    [{ url: 'http://example.com' }, /is not https.*--allow-private/],
    [{ url: 'nonsense' }, /url is no http or https address/],
    [{ types: ['phase.*', 'phase.eaten'] }, /types is none of episode.created/],
  ])('given %j, then it is refused in words', async (wrong, words) => {
    const of = await house();
    const right = { url: 'https://example.com/hook', types: ['*'], from: 0, allowPrivate: false };
    expect(() => of.endpoints.add({ ...right, ...wrong })).toThrow(words);
    expect(of.endpoints.list()).toEqual([]);
  });
});
