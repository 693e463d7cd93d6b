import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineCrew } from '../../src/index.js';
import { older, taken } from './taken.js';

const id = 'ep_001_20250903_143022';

test('given a studio’s folder of two years, then everything in it is taken over or told', async () => {
  const folder = older({
    'state.json': {
      version: '2.1',
      active_episodes: { 1: id },
      completed_episodes: [
        { id: 3, title: 'Three', completed_at: '2024-01-02T03:04:05', cost: 1 },
        { session_id: 'EP_004_20240202_020202', topic: 'Loud', cost: 2 },
      ],
    },
    'state.json.bak': '{}',
    'costs.csv': 'a,b',
    'logs/run.log': 'x',
    'archive/2023/ep_009_20230101_000000/state.json': { topic: 'Deep' },
    '.DS_Store': 'x',
    [`${id}/state.json`]: {
      topic: 'Bees',
      phases: { research: { status: 'completed', cost: 1 }, script: { status: 'in_progress', cost: 0.5 } },
    },
    [`${id}/research/research_findings.json`]: { facts: 12 },
    [`${id}/research/synthesis_package.json`]: '{ torn',
    [`${id}/script/initial_script.md`]: '# Bees\n',
    [`${id}/audio_chunks/01.mp3`]: 'sound',
    [`${id}.bak/state.json`]: { topic: 'Bees', phases: { research: { status: 'completed', cost: 1 } } },
  });
  symlinkSync(join(folder, id), join(folder, 'latest'));
  symlinkSync(join(folder, id), join(folder, 'ep_001'));
  const { manager, imported, lines } = await taken(join(folder, 'state.json'));
  expect(imported.toSorted()).toEqual([id, 'ep_003_20240102_030405', 'ep_004_20240202_020202']);
  expect(await manager.getTotalSpending()).toBe(4.5);
  expect((await manager.loadCheckpoint(id, 'research')).data).toEqual({
    'research/research_findings.json': { facts: 12 },
  });
  expect((await manager.loadCheckpoint(id, 'script')).data).toEqual({
    'script/initial_script.md': '# Bees\n',
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      'info .: files beside it: costs.csv, state.json.bak; not read',
      'info .: folders beside it: archive, logs; not read',
      'info .: links beside it: ep_001, latest; not read',
      `warning ${id}.bak: by its name it is a copy of ${id}; left out`,
      `info ${id}/research: its work is what its files say: research/research_findings.json; kept as its checkpoint`,
      `info ${id}: files that are not read: audio_chunks/01.mp3, research/synthesis_package.json; they stay where they are`,
      expect.stringMatching(`^warning ${id}/research/synthesis_package.json: it is not JSON`) as string,
    ]),
  );
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
});

test('given a script whose only trace is its file, when the rest is produced, then the next phase goes on from that', async () => {
  const { manager } = await taken(
    older({
      'ep_001/status.json': {
        title: 'Bees',
        created_at: '2025-09-03T14:30:22Z',
        phases: { research: 'done', script: 'done', audio: 'pending' },
      },
      'ep_001/polished_script.md': 'Bees dance.\n',
    }),
  );
  let heard: unknown;
  const idle = (): Promise<null> => Promise.resolve(null);
  const crew = defineCrew({
    research: idle,
    script: idle,
    audio: ({ earlier }) => Promise.resolve((heard = earlier.script?.data)),
  });
  expect(await manager.produce(id, crew)).toMatchObject({ outcome: 'complete' });
  expect(heard).toEqual({ 'polished_script.md': 'Bees dance.\n' });
  // script_complete is what completing saves; script_imported is what was there.
  expect(Object.keys((await manager.getSnapshot(id)).context.checkpoints)).toContain('script_imported');
});

test('given a phase that failed with a reason before an earlier one was finished, then the episode’s failure says it', async () => {
  const { manager } = await taken(
    older({
      'ep_001/status.json': {
        title: 'Bees',
        created_at: '2025-09-03T14:30:22Z',
        status: 'failed',
        phases: { research: 'in_progress', script: { status: 'failed', error: 'rate limit exceeded' } },
      },
    }),
  );
  expect((await manager.getSnapshot(id)).context.failure).toMatchObject({
    code: 'rate_limited',
    phase: 'research',
    message: 'rate limit exceeded',
  });
});

test('given an ended episode in the list and its phases in its folder, then nothing contradicts itself', async () => {
  const { lines } = await taken(
    join(
      older({
        'state.json': {
          completed_episodes: [
            { session_id: id, completed_at: '2025-09-03T15:00:00Z', topic: 'Bees', cost: 1 },
          ],
        },
        [`${id}/session.json`]: {
          phases: {
            research: { status: 'complete', cost: 1, data: 1 },
            script: { status: 'complete', data: 1 },
            audio: { status: 'complete', data: 1 },
          },
        },
      }),
      'state.json',
    ),
  );
  expect(lines).toEqual([]);
});
