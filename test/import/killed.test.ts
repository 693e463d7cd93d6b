import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const episodes = 200;
const minuteMs = 60_000;

/** A state file with so many complete episodes, each of which has cost $2.30. */
function manyComplete(): string {
  const folder = temporaryDirectory();
  const first = Date.parse('2025-01-01T00:00:00Z');
  const time = (ms: number): string => new Date(ms).toISOString().replace('.000', '');
  const phase = (startedMs: number, cost: number) => ({
    status: 'complete',
    cost,
    start_time: time(startedMs),
    end_time: time(startedMs + 5 * minuteMs),
  });
  const completed = Array.from({ length: episodes }, (_, index) => {
    const beganMs = first + index * 90 * minuteMs;
    const [date = '', clock = ''] = time(beganMs).replaceAll(/[-:Z]/g, '').split('T');
    const id = `ep_${String(index + 1).padStart(3, '0')}_${date}_${clock}`;
    const state = {
      episode_number: index + 1,
      session_id: id,
      topic: `Why bees dance, part ${index + 1}`,
      status: 'complete',
      phases: {
        research: phase(beganMs, 1.05),
        script: phase(beganMs + 6 * minuteMs, 0.85),
        audio: phase(beganMs + 12 * minuteMs, 0.4),
      },
      created_at: time(beganMs),
    };
    return [id, state] as const;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'state.json'),
    JSON.stringify({ version: '3.0.0', completed_episodes: Object.fromEntries(completed) }),
  );
  return folder;
}

test('given an import is killed, when it is begun again, then every episode is there once', async () => {
  const older = manyComplete();
  const directory = join(temporaryDirectory(), 'production');
  const first = start(directory, ['import', older, '--json']);
  const segment = join(directory, 'journal', `${'0'.repeat(20)}.ndjson`);
  while ((statSync(segment, { throwIfNoEntry: false })?.size ?? 0) < 50_000) await wait(1);
  first.kill('SIGKILL');
  expect((await first.ended).stdout).toBe('');
  const again = (await start(directory, ['import', older, '--json']).ended).json();
  const imported = again['imported'] as string[];
  expect(imported.length).toBeGreaterThan(0);
  expect(imported.length).toBeLessThan(episodes);
  const audited = (await start(directory, ['verify', '--json']).ended).json();
  expect(audited).toMatchObject({ ok: true, sessions: episodes, spent: 2_300_000 * episodes });
});
