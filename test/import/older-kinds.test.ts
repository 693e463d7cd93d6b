import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOlder, readOlderApart } from '../../src/import/index.js';
import { formatReport } from '../../src/import/report.js';
import { defineCrew } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { older, taken } from './taken.js';

const at = '2024-05-06T07:08:09Z';

describe('older kinds of files and folders', () => {
  test('given folders with a status.json each and no state file, when their folder is imported, then each is an episode with an id of its number and time', async () => {
    const folder = older({
      'episode_001/status.json': {
        episode: 1,
        title: 'Why bees dance',
        status: 'completed',
        created_at: at,
        phases: { research: 'completed', script: 'completed', audio: 'completed' },
        costs: { research: 0.8, script: 0.1, audio: 2, total: 2.9 },
      },
      'ep-2-why-we-dream/status.json': {
        episodeNumber: 2,
        title: 'Why we dream',
        status: 'in progress',
        currentPhase: 'script',
        createdAt: at,
        totalCost: '$1.20',
        phases: [{ name: 'research', status: 'done', cost: 1.2, output: { facts: 4 } }],
      },
      'notes/status.json': { anything: true },
    });
    const { manager, imported } = await taken(folder);
    expect(imported.toSorted()).toEqual(['ep_001_20240506_070809', 'ep_002_20240506_070809']);
    expect(await manager.getEpisodeState('ep_001_20240506_070809')).toMatchObject({
      topic: 'Why bees dance',
      status: 'complete',
      total_cost: 2.9,
      phases: { research: { cost: 0.8 }, audio: { cost: 2 } },
    });
    expect(await manager.getEpisodeState('ep_002_20240506_070809')).toMatchObject({
      status: 'script',
      total_cost: 1.2,
      phases: { research: { status: 'complete' }, script: { status: 'active' } },
    });
    expect((await manager.loadCheckpoint('ep_002_20240506_070809', 'research')).data).toEqual({ facts: 4 });
    const again = await importOlder(manager.production, folder);
    expect(again.imported).toEqual([]);
  });

  test('given one episode’s own status.json, or its folder, then that episode alone is imported', async () => {
    const status = { title: 'Bees', status: 'completed', created_at: at };
    const folder = older({ 'ep_001/status.json': status, 'ep_002/status.json': status });
    for (const path of ['ep_001/status.json', 'ep_001'])
      expect((await taken(join(folder, path))).imported).toEqual(['ep_001_20240506_070809']);
  });

  test('given a folder without any episode, then it is refused, and nothing is made of it', async () => {
    const folder = older({ 'notes/plan.txt': 'bees' });
    await expect(readOlderApart(folder)).rejects.toMatchObject({ code: 'import_invalid' });
  });

  test('given a map of numbers to episodes with folders of other names, then each has its folder', async () => {
    const { manager, imported, lines } = await taken(
      join(
        older({
          'state.json': {
            active_episodes: { 7: { topic: 'Bees', created_at: at } },
            completed_episodes: [],
          },
          'episode_7/status.json': { phases: { research: { status: 'complete', cost: 1, data: { a: 1 } } } },
        }),
        'state.json',
      ),
    );
    expect(imported).toEqual(['ep_007_20240506_070809']);
    expect(await manager.getEpisodeCost('ep_007_20240506_070809')).toBe(1);
    expect(lines).toEqual([
      'info state.json: active_episodes.7: it has no session id; imported as ep_007_20240506_070809',
    ]);
  });

  test('given two folders with one number and one time, then both are imported', async () => {
    const status = (title: string): object => ({ title, status: 'completed', created_at: at });
    const { imported } = await taken(
      older({ 'ep_001/status.json': status('Bees'), 'episode-1/status.json': status('Wasps') }),
    );
    expect(imported.toSorted()).toEqual(['ep_001_20240506_070809', 'ep_001_20240506_070809_2']);
  });

  test('given a session folder that nobody lists and one that says that it is another, then the one is imported and the other is told', async () => {
    const id = 'ep_001_20250903_143022';
    const { imported, lines } = await taken(
      join(
        older({
          'state.json': { active_episodes: { [id]: { topic: 'Bees' } } },
          'ep_002_20250903_143022/research/checkpoint.json': { phase: 'research', data: { a: 1 } },
          'ep_003_20250903_143022/notes.txt': 'nothing',
          [`${id}/state.json`]: { topic: 'Bees' },
          'ep_001_backup/state.json': { session_id: id, topic: 'Old bees' },
          'report.csv': 'a,b',
        }),
        'state.json',
      ),
    );
    expect(imported.toSorted()).toEqual([id, 'ep_002_20250903_143022']);
    expect(lines).toEqual(
      expect.arrayContaining([
        'warning ep_002_20250903_143022: it is a session folder that the state file does not list; imported',
        'warning ep_003_20250903_143022: nothing in it says what became of an episode; not imported',
        `warning ep_001_backup: it says that it is ${id}, which has been read; left out`,
        'info .: files beside it: report.csv; not read',
      ]),
    );
  });
});

describe('what phases have made', () => {
  const id = 'ep_001_20250903_143022';
  const state = (phase: object): object => ({
    active_episodes: {
      [id]: { topic: 'Bees', phases: { research: { status: 'complete', cost: 1, ...phase } } },
    },
  });

  test('given a complete phase whose work is nowhere, when the episode is produced after the import, then that phase is made anew', async () => {
    const { manager, lines } = await taken(join(older({ 'state.json': state({}) }), 'state.json'));
    expect(lines).toEqual([
      `warning state.json: active_episodes.${id}.phases.research: it is complete, and there is nothing of what it has made: no data, no checkpoint; imported as failed: recover makes it anew`,
    ]);
    expect((await manager.getSnapshot(id)).context.failure).toMatchObject({ code: 'artifact_invalid' });
    await manager.recoverFailedSession(id);
    const made: string[] = [];
    const crew = defineCrew({
      research: () => Promise.resolve(made.push('research')),
      script: () => Promise.resolve(made.push('script')),
      audio: () => Promise.resolve(made.push('audio')),
    });
    expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'complete' });
    expect(made).toEqual(['research', 'script', 'audio']);
    expect(await manager.getEpisodeCost(id)).toBe(1);
  });

  test.each([
    ['in the session’s folder', `${id}/research_complete.json`],
    ['in the phase’s folder', `${id}/research/research_complete.json`],
    ['among checkpoints', `${id}/checkpoints/research_complete.json`],
  ])('given a phase that names its checkpoint %s, then it is read', async (_where, path) => {
    const { manager } = await taken(
      join(
        older({
          'state.json': state({ checkpoint: 'research_complete.json' }),
          [path]: { phase: 'research', data: { facts: 3 } },
        }),
        'state.json',
      ),
    );
    expect(await manager.loadCheckpoint(id, 'research')).toMatchObject({ data: { facts: 3 } });
  });

  test('given a checkpoint that is named and not there, then that is told', async () => {
    const { lines } = await taken(
      join(
        older({ 'state.json': state({ checkpoint: 'gone.json', data: 1 }), [`${id}/x`]: '' }),
        'state.json',
      ),
    );
    expect(lines).toEqual([
      `warning ${id}: phases.research.checkpoint: it names "gone.json", which is not there; left out`,
      `info ${id}: files that are not read: x; they stay where they are`,
    ]);
  });

  test('given data under two keys, then both are kept', async () => {
    const { manager } = await taken(
      join(older({ 'state.json': state({ data: { a: 1 }, output: 'b' }) }), 'state.json'),
    );
    expect((await manager.loadCheckpoint(id, 'research')).data).toEqual({ data: { a: 1 }, output: 'b' });
  });
});

describe('hostile values', () => {
  const id = 'ep_001_20250903_143022';
  const cost = (amount: string, key = 'cost'): string =>
    join(
      older({
        'state.json': `{"active_episodes":{"${id}":{"topic":"Bees","phases":{"research":{"status":"active","${key}":${amount}}}}}}`,
      }),
      'state.json',
    );

  test.each([
    ['"$1.20"', 'cost', 1.2],
    ['"1.20 USD"', 'cost', 1.2],
    ['"1,234.50"', 'cost', 1234.5],
    ['120', 'cost_cents', 1.2],
    ['12.34', 'costCents', 0.1234],
    ['-0.0', 'cost', 0],
    ['1.5e-7', 'cost', 0.000001],
  ])('given a cost of %s as %s, then it is %d dollars', async (amount, key, dollars) => {
    const { manager } = await taken(cost(amount, key));
    expect(await manager.getEpisodeCost(id)).toBe(dollars);
  });

  test.each(['-1', '1e309', 'NaN', '-Infinity', '"1,20"', '"€5"', '[1]', '{"a":1}', 'true', '"0x10"', '2e6'])(
    'given a cost of %s, then it is no amount, which is told, and its episode is left out',
    async (amount) => {
      const { imported, lines } = await taken(cost(amount));
      expect(imported).toEqual([]);
      expect(lines.join('\n')).toMatch(
        /error .*research\.cost: .* is not an amount of dollars; the episode is left out/,
      );
      expect(lines.join('\n')).not.toMatch(/null is not/);
    },
  );

  test('given amounts in another currency, then they are not taken for dollars', async () => {
    const { imported, lines } = await taken(
      join(
        older({
          'state.json': { active_episodes: { [id]: { topic: 'B', total_cost: 5, currency: 'EUR' } } },
        }),
        'state.json',
      ),
    );
    expect(imported).toEqual([]);
    expect(lines.join('\n')).toMatch(/its amounts are in EUR, not in dollars/);
  });

  test('given times that have not come, then they are cut to now, told, and money of today is of today', async () => {
    const { manager, lines } = await taken(
      join(
        older({
          'state.json': {
            active_episodes: {
              [id]: {
                topic: 'Bees',
                phases: { research: { status: 'active', cost: 1, start_time: '2999-01-01T00:00:00Z' } },
              },
            },
          },
        }),
        'state.json',
      ),
    );
    expect(lines).toEqual([
      `warning ${id}: it has times that have not come yet; read as the time of the import`,
    ]);
    const { today } = { today: manager.production.today() };
    expect([...manager.production.days().keys()]).toEqual([today.date]);
    expect(today.spent).toBe(1_000_000);
  });

  test('given keys that differ in their case, then the engine’s way of writing counts and the other is told', async () => {
    const { manager, lines } = await taken(
      join(
        older({
          'state.json': `{"active_episodes":{"${id}":{"Topic":"Wasps","topic":"Bees","Total_Cost":9,"total_cost":0,"__proto__":{"topic":"x"},"phases":{"research":{"status":"active","cost":1,"Cost":2}}}}}`,
        }),
        'state.json',
      ),
    );
    expect(await manager.getEpisodeState(id)).toMatchObject({ topic: 'Bees', total_cost: 1 });
    expect(lines).toEqual(
      expect.arrayContaining([
        `warning state.json: active_episodes.${id}.Topic: it says "Wasps", topic says "Bees"; what topic says counts`,
        `warning state.json: active_episodes.${id}.Total_Cost: it says 9, total_cost says 0; what total_cost says counts`,
        `warning state.json: active_episodes.${id}.phases.research.Cost: it says 2, cost says 1; what cost says counts`,
      ]),
    );
  });

  test('given NaN among what is no money, then the rest of the file is read', async () => {
    const { imported, lines } = await taken(
      join(
        older({
          'state.json': `{"active_episodes":{"${id}":{"topic":"NaN \\"NaN\\" ok","quality_scores":{"depth":NaN}}}}`,
        }),
        'state.json',
      ),
    );
    expect(imported).toEqual([id]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'warning state.json: it has NaN or Infinity, which is no JSON; read as texts',
        expect.stringMatching(/"depth" is no score; left out/) as string,
      ]),
    );
  });

  test('given many keys that nobody reads, then a line shows ten and says how to see the rest, and JSON has all', async () => {
    const keys = Array.from({ length: 25 }, (_, n) => `key_${n}_${'x'.repeat(n)}`);
    const path = join(
      older({
        'state.json': {
          active_episodes: { [id]: { topic: 'B', ...Object.fromEntries(keys.map((key) => [key, 1])) } },
        },
      }),
      'state.json',
    );
    const manager = await openProduction(temporaryDirectory());
    const done = await importOlder(manager.production, path);
    expect(done.report.find(({ what }) => what.startsWith('not known here'))?.names).toEqual(keys);
    expect(formatReport(done)).toMatch(/key_9_x*, and 15 more \(--json names all\); left out/);
  });

  test('given ten thousand sessions, then each is read', async () => {
    const name = (n: number): string => `ep_${String(n).padStart(5, '0')}_20250903_143022`;
    const path = join(
      older({
        'state.json': {
          active_episodes: Object.fromEntries(
            Array.from({ length: 10_000 }, (_, n) => [
              name(n + 1),
              { topic: `Bees ${n}`, created_at: '2025-09-03T14:30:22', total_cost: 0.01 },
            ]),
          ),
          total_cost: 100,
        },
      }),
      'state.json',
    );
    const { episodes, report } = await readOlderApart(path);
    expect(episodes).toHaveLength(10_000);
    expect(report.filter(({ what }) => what.startsWith('times without'))).toHaveLength(1);
  });
});
