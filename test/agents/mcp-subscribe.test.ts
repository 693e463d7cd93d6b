import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { connect, freshDirectory, type Connected, type Era, type Way } from './_client.js';

/** Subscribes in the protocol's own way; returns how to end it. */
async function subscribe({ client }: Connected, era: Era, uri: string): Promise<() => Promise<unknown>> {
  if (era === 'old') {
    await client.subscribeResource({ uri });
    return () => client.unsubscribeResource({ uri });
  }
  const subscription = await client.listen({ resourceSubscriptions: [uri] });
  expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [uri] });
  return () => subscription.close();
}

/** Each address that the client is told of, in order, and a promise of the next one. */
function heard({ client }: Connected) {
  const all: string[] = [];
  const waiting = new Map<string, () => void>();
  client.setNotificationHandler('notifications/resources/updated', ({ params: { uri } }) => {
    all.push(uri);
    waiting.get(uri)?.();
  });
  return { all, next: (uri: string) => new Promise<void>((resolve) => void waiting.set(uri, resolve)) };
}

describe.each<[Way, Era]>([
  ['stdio', 'old'],
  ['stdio', 'new'],
  ['http', 'new'],
])('resources over %s in the %s protocol', (way, era) => {
  test('given a subscription to an episode, when another process changes it and others, then the client is told of that one alone, until it unsubscribes', async () => {
    const directory = freshDirectory();
    const other = await ProductionStateManager.open({ directory });
    const episodes = [1, 2].map((episodeNum) => other.createEpisodeSession({ episodeNum, topic: 'Bees' }));
    const [one = '', two = ''] = await Promise.all(episodes);
    const connected = await connect(way, era, directory);
    const { all, next } = heard(connected);
    const uri = `showrunner://episodes/${one}`;
    const end = await subscribe(connected, era, uri);
    // The server begins to watch when it is asked to: what was changed before it looked is told by no one.
    await connected.client.readResource({ uri });
    const told = next(uri);
    await other.updatePhase({ sessionId: two, phase: 'research', status: 'active' });
    await other.updatePhase({ sessionId: one, phase: 'research', status: 'active' });
    await told;
    expect(new Set(all)).toEqual(new Set([uri]));
    const read = await connected.client.readResource({ uri });
    expect(JSON.stringify(read.contents)).toContain('research.active');

    await end();
    await subscribe(connected, era, 'showrunner://state');
    all.length = 0;
    const state = next('showrunner://state');
    await other.recordQuality({ sessionId: one, name: 'depth', value: 1 });
    await state;
    expect(new Set(all)).toEqual(new Set(['showrunner://state']));
    await other.close();
  });
});

test('given a client of the older protocol, when it subscribes to what is not there, then it is refused', async () => {
  const directory = freshDirectory();
  await (await ProductionStateManager.open({ directory })).close();
  const { client } = await connect('stdio', 'old', directory);
  for (const uri of ['showrunner://nothing', 'showrunner://episodes/ep_009_20250903_143022'])
    await expect(client.subscribeResource({ uri })).rejects.toThrow(/there is no resource|ep_009/);
});

test('given a client of the older protocol over HTTP, then it is not promised what it cannot be told', async () => {
  const { client } = await connect('http', 'old', freshDirectory());
  expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: false });
});
