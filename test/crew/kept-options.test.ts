import { describe, expect, test } from 'vitest';
import { ProductionStateManager, defineCrew, type Crew } from '../../src/index.js';
import { expectSound, journalText, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const key = `sk-ant-api03-${'a1B2'.repeat(8)}`;

/** A crew that notes the options that each of its phases was worked on with. */
function notingCrew(called: { name?: string; version?: string } = {}): {
  crew: Crew;
  got: Record<string, unknown>[];
} {
  const got: Record<string, unknown>[] = [];
  const work = ({ options }: { options: Readonly<Record<string, unknown>> }): Promise<null> => {
    got.push({ ...options });
    return Promise.resolve(null);
  };
  return { crew: defineCrew({ ...called, research: work, script: work, audio: work }), got };
}

const twice = <T>(value: T): T[] => [value, value];

const bees = { key: 'bees', topic: 'Bees', approvals: ['research' as const] };

/** An episode whose research was made with these options, and waits for approval no more. */
async function begun(
  options: Parameters<ProductionStateManager['produce']>[2],
  called?: { name?: string; version?: string },
) {
  const directory = temporaryDirectory();
  const first = await openProduction(directory);
  const { crew, got } = notingCrew(called);
  const { sessionId } = await first.produce(bees, crew, options);
  await first.approve({ sessionId, by: 'Ada' });
  return { directory, first, sessionId, got };
}

/** Until it is complete, or one failure was told. */
async function worked(
  manager: ProductionStateManager,
  crew: Crew,
  options: Parameters<ProductionStateManager['work']>[1] = {},
): Promise<unknown[]> {
  const ended = new AbortController();
  const errors: unknown[] = [];
  manager.on('error', (error) => {
    errors.push(error);
    ended.abort();
  });
  await manager.work(crew, {
    pollMs: 10,
    ...options,
    signal: ended.signal,
    onProduced: ({ outcome }) => {
      if (outcome === 'complete') ended.abort();
    },
  });
  return errors;
}

async function choices(manager: ProductionStateManager, sessionId: string): Promise<unknown[]> {
  return (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'crew.chosen' ? [{ version: event.version, options: event.options }] : [],
  );
}

describe('the options of a production', () => {
  test('given options at its beginning, when a worker elsewhere takes the episode up without any, or with others of its own, then it goes on with those it was begun with', async () => {
    const { directory, sessionId } = await begun({ crewOptions: { minutes: 7, tone: { dry: true } } });
    const elsewhere = await openProduction(directory);
    const { crew, got } = notingCrew();
    expect(await worked(elsewhere, crew, { crewOptions: { minutes: 1 } })).toEqual([]);
    expect(got).toEqual(twice({ minutes: 7, tone: { dry: true } }));
    expect(await choices(elsewhere, sessionId)).toHaveLength(1);
    await expectSound(elsewhere);
  });

  test('given an episode that was only created with options, or without, then a worker uses those, or its own, and keeps its own', async () => {
    const manager = await openProduction(temporaryDirectory());
    const { crew, got } = notingCrew();
    await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees', crewOptions: { minutes: 2 } });
    await worked(manager, crew, { crewOptions: { minutes: 9 } });
    const second = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    await worked(manager, crew, { crewOptions: { minutes: 9 } });
    expect(got.map(({ minutes }) => minutes)).toEqual([2, 2, 2, 9, 9, 9]);
    expect((await manager.getSnapshot(second)).context.crew).toMatchObject({ options: '{"minutes":9}' });
  });

  test('given options that were kept, when it is produced with others, then those count from then on, on record; produced without any it goes on with the kept ones', async () => {
    const { first, sessionId } = await begun({ crewOptions: { minutes: 7 } });
    const { crew, got } = notingCrew();
    await first.produce(sessionId, crew, { crewOptions: { minutes: 8 }, signal: AbortSignal.abort() });
    await first.produce(sessionId, crew);
    expect(got).toEqual([{ minutes: 8 }, { minutes: 8 }]);
    expect(await choices(first, sessionId)).toEqual([
      { version: null, options: '{"minutes":7}' },
      { version: null, options: '{"minutes":8}' },
    ]);
  });

  test('given a key in the options, then it is on no disk, its giver works with it, and whoever takes the episode up without one of his own is refused before he claims anything', async () => {
    const given = { crewOptions: { apiKey: key, voice: 'rms', deep: { password: 'hunter2hunter2' } } };
    const { directory, sessionId, got } = await begun(given);
    expect(got).toEqual([given.crewOptions]);
    expect(journalText(directory)).not.toMatch(/sk-ant-api03-a1B2|hunter2/);
    const elsewhere = await openProduction(directory);
    const { crew, got: later } = notingCrew();
    const before = (await elsewhere.history(sessionId)).length;
    await expect(elsewhere.produce(sessionId, crew)).rejects.toMatchObject({
      code: 'option_withheld',
      message: expect.stringContaining('apiKey, deep') as string,
    });
    expect(await worked(elsewhere, crew)).toMatchObject([{ code: 'option_withheld' }]);
    expect([later, (await elsewhere.history(sessionId)).length]).toEqual([[], before]);
    const own = { apiKey: 'his own', deep: { password: 'too' } };
    await elsewhere.produce(sessionId, crew, { localOptions: own });
    expect(later).toEqual(twice({ ...own, voice: 'rms' }));
  });

  test.each<[string, Record<string, unknown>]>([
    ['a key of no known form', { elevenKey: 'a8f3c0d97b21e4' }],
    ['a token in a list of services', { services: [{ name: 'x', cookie: 'sid-8842-ab19-77' }] }],
    ['an address with a password', { proxy: 'http://ada:hunter2@proxy.example:8080' }],
    ['an address with a key', { endpoint: 'https://speech.example/v1?key=a8f3c0d97b21' }],
    ['a long token under a name that says nothing', { studio: 'Zk3vQ9xT7bLm2NpR8sWd4YcF6hJg1KaE' }],
  ])(
    'given %s in the options, then it is on no disk, and its giver works with it',
    async (_, crewOptions) => {
      const { directory, sessionId, got, first } = await begun({
        crewOptions: { minutes: 3, ...crewOptions },
      });
      expect(got).toEqual([{ minutes: 3, ...crewOptions }]);
      expect(journalText(directory)).not.toMatch(/a8f3c0d97b21|sid-8842|hunter2|Zk3vQ9xT7bLm/);
      const { withheld } = (await first.getSnapshot(sessionId)).context.crew ?? {};
      expect(withheld).toEqual(Object.keys(crewOptions));
    },
  );

  test('given options that only look like it, then they are kept', async () => {
    const crewOptions = {
      sortKey: 'createdAt',
      songKey: 'C#m',
      keywords: 'bees2024dances',
      hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      sources: './notes/2024-key-findings',
      prompt: 'The secret of bees: 12 dances, each with a key',
      feed: 'https://example.com/feed.xml?page=2',
    };
    const { first, sessionId } = await begun({ crewOptions });
    const { crew } = (await first.getSnapshot(sessionId)).context;
    expect({ ...crew, options: JSON.parse(crew?.options ?? '') as unknown }).toMatchObject({
      options: crewOptions,
      withheld: [],
    });
  });

  test('given a worker has a key of its own among its options, then it takes the withheld one from there and the rest from what is kept', async () => {
    const { directory } = await begun({ crewOptions: { token: key, minutes: 7 } });
    const elsewhere = await openProduction(directory);
    const { crew, got } = notingCrew();
    expect(await worked(elsewhere, crew, { crewOptions: { token: 'own', minutes: 1 } })).toEqual([]);
    expect(got).toEqual(twice({ token: 'own', minutes: 7 }));
  });

  test.each(['Aunt Wilhelmina of Graz', 'Mina Graz'])(
    'given %s is taken out of the production later, then no worker gets what stands in its place',
    async (text) => {
      const { directory, first, sessionId } = await begun({ crewOptions: { hint: `for ${text}`, n: 1 } });
      await first.close();
      await ProductionStateManager.redact({ directory, text, by: 'Ada', reason: 'a name' });
      const again = await openProduction(directory);
      const { crew, got } = notingCrew();
      await expect(again.produce(sessionId, crew)).rejects.toMatchObject({
        code: 'option_withheld',
        field: 'localOptions.hint',
      });
      await again.produce(sessionId, crew, { localOptions: { hint: 'an aunt' } });
      expect(got).toEqual(twice({ hint: 'an aunt', n: 1 }));
    },
  );

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  test.each<[string, unknown]>([
    ['call', () => 1],
    ['seen', new Map()],
    ['at', new Date(0)],
    ['ratio', Number.NaN],
    ['big', 1n],
    ['circle', circle],
    ['text', 'x'.repeat(20_000)],
  ])(
    'given %s in the options is nothing that can be kept, then that is said, and no episode is made',
    async (name, value) => {
      const manager = await openProduction(temporaryDirectory());
      const { crew } = notingCrew();
      const options = { crewOptions: { [name]: value } };
      const refusal = { code: 'invalid_input', field: expect.stringMatching(/^crewOptions/) as string };
      await expect(manager.produce(bees, crew, options)).rejects.toMatchObject(refusal);
      await expect(manager.createEpisodeSession({ ...bees, ...options })).rejects.toMatchObject(refusal);
      await expect(manager.work(crew, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject(
        refusal,
      );
      expect(await manager.listEpisodes()).toEqual([]);
    },
  );

  test('given local options, then a function reaches the worker, wins over a kept option of its name, and is kept nowhere', async () => {
    const call = (): number => 1;
    const { first, sessionId, got } = await begun({ crewOptions: { call: 'none' }, localOptions: { call } });
    expect(got).toEqual([{ call }]);
    expect(await choices(first, sessionId)).toEqual([{ version: null, options: '{"call":"none"}' }]);
  });

  test('given another version of the crew takes the episode up, then that is told and on record; where policy refuses it, nothing is claimed', async () => {
    const { directory, sessionId } = await begun({}, { name: 'bees', version: '1.0' });
    const elsewhere = await openProduction(directory);
    const { crew } = notingCrew({ name: 'bees', version: '2.0' });
    const policy = (crewChange: string) =>
      elsewhere.changePolicy({ set: { crewChange }, by: 'Ada', reason: 'it has changed' });
    await policy('refuse');
    const before = (await elsewhere.history(sessionId)).length;
    await expect(elsewhere.produce(sessionId, crew)).rejects.toMatchObject({
      code: 'crew_changed',
      message: expect.stringContaining('"bees" version 1.0') as string,
    });
    expect((await elsewhere.history(sessionId)).length).toBe(before);
    await policy('tell');
    const told: unknown[] = [];
    elsewhere.on('crew:changed', ({ from, to }) => told.push([from, to]));
    await elsewhere.produce(sessionId, crew);
    expect(told).toEqual([
      [
        { name: 'bees', version: '1.0' },
        { name: 'bees', version: '2.0' },
      ],
    ]);
    expect((await choices(elsewhere, sessionId)).length).toBe(2);
  });

  test('given a fork, then it is made with what its source was made with', async () => {
    const { first, sessionId } = await begun({ crewOptions: { minutes: 7 } }, { name: 'bees', version: '1' });
    const fork = await first.forkEpisode({ sessionId });
    const { crew, got } = notingCrew({ name: 'bees', version: '1' });
    await first.produce(fork, crew);
    expect(got.at(-1)).toEqual({ minutes: 7 });
  });

  test.each([{ name: '' }, { name: 5 }, { version: 'x'.repeat(201) }])(
    'given a crew is called %j, then that is refused',
    async (called) => {
      const manager = await openProduction(temporaryDirectory());
      const { crew } = notingCrew();
      await expect(manager.produce(bees, { ...crew, ...(called as object) })).rejects.toMatchObject({
        code: 'invalid_input',
        field: `crew.${Object.keys(called)[0]}`,
      });
    },
  );
});

describe("an operation's input", () => {
  const withInput = (input: unknown): Crew =>
    defineCrew({
      research: ({ operation }) =>
        operation('ask', { key: 'q', maxCost: '0.10', input }, () =>
          Promise.resolve({ result: null, cost: '0.05' }),
        ),
      script: () => Promise.resolve(null),
      audio: () => Promise.resolve(null),
    });

  test.each<[string, unknown, string, number]>([
    ['a text', 'Why do bees dance?', 'Why do bees dance?', 18],
    ['JSON', { model: 'm', n: [1] }, '{"model":"m","n":[1]}', 21],
    ['a long text', 'ä'.repeat(5000), 'ä'.repeat(2048), 10_000],
    ['a text with a key', `use ${key} now`, 'use [redacted] now', 18],
  ])(
    'given %s, then its beginning, hash and size are kept with the reservation',
    async (_, input, text, bytes) => {
      const directory = temporaryDirectory();
      const manager = await openProduction(directory);
      const { sessionId, outcome } = await manager.produce(bees, withInput(input));
      expect(outcome).toBe('waiting');
      const reserved = (await manager.history(sessionId)).find(({ type }) => type === 'cost.reserve');
      expect(reserved?.event).toMatchObject({
        input: { text, bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      });
      expect(journalText(directory)).not.toContain(key);
    },
  );

  test('given what is no JSON, then nothing is reserved', async () => {
    const manager = await openProduction(temporaryDirectory());
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const { sessionId, failure } = await manager.produce(bees, withInput(circle));
    expect(failure?.message).toContain('input: is neither a text nor JSON');
    const history = await manager.history(sessionId);
    expect(history.filter(({ type }) => type === 'cost.reserve')).toEqual([]);
  });
});
