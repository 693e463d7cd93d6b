import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager, defineCrew } from '../../src/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const topic = 'Why bees dance';
const sessionsIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith('ep_'));

function payingCrew(): { crew: ReturnType<typeof defineCrew>; paid: string[] } {
  const paid: string[] = [];
  const crew = defineCrew({
    research: ({ operation }) =>
      operation('query', { key: 'q1', maxCost: '0.50' }, () => {
        paid.push('q1');
        return Promise.resolve({ result: 'notes', cost: '0.15' });
      }),
    script: () => Promise.resolve(null),
    audio: () => Promise.resolve(null),
  });
  return { crew, paid };
}

describe('an episode with a key', () => {
  test('given it is created again, by this handle, others at the same time and after a restart, then it is one session', async () => {
    const directory = temporaryDirectory();
    const [first, second] = [await openProduction(directory), await openProduction(directory)];
    const ids = await Promise.all(
      [first, second, first, second].map((manager) => manager.createEpisodeSession({ key: 'bees', topic })),
    );
    await first.close();
    const third = await openProduction(directory);
    ids.push(await third.createEpisodeSession({ key: 'bees', topic: ` ${topic} `, episodeNum: 1 }));
    expect(new Set(ids).size).toBe(1);
    expect(sessionsIn(directory)).toHaveLength(1);
    expect((await third.history(ids[0] ?? '')).map(({ type }) => type)).toEqual(['episode.created']);
    await expectSound(third);
  });

  test('given another process has just created it, when a handle has not read so far, then the key stands for nothing there yet, and then for an episode that is there', async () => {
    const directory = temporaryDirectory();
    const [first, second] = [await openProduction(directory), await openProduction(directory)];
    const { production } = second;
    production.withKey('bees');
    const id = await first.createEpisodeSession({ key: 'bees', topic });
    expect([production.withKey('bees'), production.find(id)]).toEqual([undefined, undefined]);
    production.refresh();
    expect(production.withKey('bees')).toBe(id);
    expect(production.find(id)?.context.topic).toBe(topic);
    await expectSound(first);
  });

  test('given it has been archived and compacted away from memory, when it is created again, then it is still that session', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory, { segmentBytes: 4096 });
    const sessionId = await manager.createEpisodeSession({ key: 'bees', topic });
    await manager.cancelEpisode({ sessionId, reason: 'the guest withdrew' });
    await manager.archiveEpisode(sessionId);
    for (let n = 0; n < 30; n += 1)
      await manager.createEpisodeSession({ episodeNum: 1, topic: `${topic} ${n}` });
    manager.production.compact();
    await manager.close();
    const later = await openProduction(directory);
    expect(await later.createEpisodeSession({ key: 'bees', topic })).toBe(sessionId);
  });

  test('given the key stands for another topic or number, then it is refused with both, and nothing is made', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const id = await manager.createEpisodeSession({ key: 'bees', topic });
    for (const other of [{ topic: 'Why wasps do not' }, { topic, episodeNum: 7 }]) {
      const refused = manager.createEpisodeSession({ key: 'bees', ...other });
      await expect(refused).rejects.toMatchObject({ code: 'key_taken', field: 'key', sessionId: id });
      await expect(refused).rejects.toThrow(`key bees stands for ${id}, episode 1 "Why bees dance"`);
      await expect(refused).rejects.toThrow(
        `asked for as episode ${other.episodeNum ?? 1} ${JSON.stringify(other.topic)}`,
      );
    }
    expect(sessionsIn(directory)).toEqual([id]);
  });

  test('given different keys come at the same time without numbers, then each has a session and a number of its own', async () => {
    const directory = temporaryDirectory();
    const [first, second] = [await openProduction(directory), await openProduction(directory)];
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? first : second).createEpisodeSession({ key: `k${n}`, topic: `${topic} ${n}` }),
      ),
    );
    expect(new Set(ids).size).toBe(8);
    const states = await (await openProduction(directory)).listEpisodes();
    expect(new Set(states.map((state) => state.episode_number))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  test('given somebody has written a key into a topic, a reason and data, then none of them is taken for one', async () => {
    const manager = await openProduction(temporaryDirectory());
    const lure = '"type":"episode.created","key":"bees"';
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: lure });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.saveCheckpoint({
      sessionId,
      phase: 'research',
      data: { type: 'episode.created', key: 'bees' },
    });
    const found = await manager.createEpisodeSession({ key: 'bees', topic });
    expect(found).not.toBe(sessionId);
    expect(await manager.createEpisodeSession({ key: 'bees', topic })).toBe(found);
  });

  test.each([
    ['no key and no number', { topic }, 'episodeNum'],
    ['an empty key', { topic, key: '' }, 'key'],
    ['a key with a line break', { topic, key: 'a\nb' }, 'key'],
    ['a key of the language', { topic, key: '__proto__' }, 'key'],
    ['a key that is a secret', { topic, key: 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789' }, 'key'],
  ])('given %s, then it is refused by name', async (_what, input, field) => {
    const manager = await openProduction(temporaryDirectory());
    await expect(manager.createEpisodeSession(input)).rejects.toMatchObject({ code: 'invalid_input', field });
  });

  test('given a topic with a secret, when it is created again, then it is found, since the topic is compared as it is kept', async () => {
    const manager = await openProduction(temporaryDirectory());
    const input = { key: 'bees', topic: 'Why sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789 dances' };
    expect(await manager.createEpisodeSession(input)).toBe(await manager.createEpisodeSession(input));
  });
});

describe('produce by a key', () => {
  test('given it is called again, also after a restart, then the episode is made once and each call is paid once', async () => {
    const directory = temporaryDirectory();
    const { crew, paid } = payingCrew();
    const episode = { key: 'bees', topic, approvals: ['script' as const] };
    const manager = await openProduction(directory);
    const waiting = await manager.produce(episode, crew);
    expect(waiting).toMatchObject({ outcome: 'waiting' });
    await manager.approve({ sessionId: waiting.sessionId });
    await manager.close();
    const later = await ProductionStateManager.open({ directory });
    expect(await later.produce(episode, crew)).toMatchObject({
      outcome: 'complete',
      sessionId: waiting.sessionId,
    });
    expect(await later.produce(episode, crew)).toMatchObject({ outcome: 'complete' });
    expect(paid).toEqual(['q1']);
    expect(sessionsIn(directory)).toHaveLength(1);
    await later.close();
  });

  test('given a new episode without a key, or a crew that is none, then it is refused and none is made', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const { crew } = payingCrew();
    await expect(manager.produce({ topic } as never, crew)).rejects.toMatchObject({ field: 'key' });
    await expect(manager.produce({ key: 'bees', topic }, {} as never)).rejects.toMatchObject({
      field: 'crew.research',
    });
    await expect(manager.produce(null as never, crew)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(sessionsIn(directory)).toEqual([]);
  });
});
