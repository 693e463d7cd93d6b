import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

/** An episode with a call of at most 0.50 that was settled without its cost. */
async function withEstimate(): Promise<string> {
  const directory = join(temporaryDirectory(), 'production');
  await run(directory, 'create', '--topic', 'Why bees dance');
  await run(directory, 'phase', '1', 'research', 'active');
  await run(directory, 'reserve', '1', 'research', 'ask', '0.50', '--key', 'q 1');
  await run(directory, 'settle', '1', 'q 1');
  return directory;
}

describe('showrunner correct', () => {
  test('given a cost that nobody told, then show, list, doctor and --json say so with a command that works as it is typed, and say no more of it afterwards', async () => {
    const directory = await withEstimate();
    const shown = await run(directory, 'show', '1');
    expect(shown.stdout).toContain('nobody said what q 1 did cost: its reservation, $0.50, is booked');
    const next = /next: (showrunner correct .*)/.exec(shown.stdout)?.[1] ?? '';
    expect(next).toMatch(/^showrunner correct ep_001_\S+ 'q 1' <dollars> --reason "…"$/);
    expect((await run(directory, 'list')).stdout).toContain(next);
    expect((await run(directory, 'doctor')).stdout).toContain(next);
    for (const command of [['show', '1'], ['list']])
      expect(JSON.stringify((await run(directory, ...command, '--json')).json())).toContain(
        '"estimates":[{"key":"q 1","cost":0.5,',
      );
    const id = next.split(' ')[2] ?? '';
    const done = await run(directory, 'correct', id, 'q 1', '0.12', '--reason', 'the invoice', '--by', 'ada');
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringContaining('q 1: $0.50 before, $0.12 now; the books keep both'),
    ]);
    expect((await run(directory, 'show', '1')).stdout).not.toContain('nobody said');
    const history = (await run(directory, 'history', '1', '--json')).json() as {
      events: { event: object }[];
    };
    expect(history.events.at(-1)?.event).toMatchObject({
      type: 'cost.corrected',
      was: 500_000,
      cost: 120_000,
      by: 'ada',
      reason: 'the invoice',
    });
    expect((await run(directory, 'verify')).code).toBe(0);
  });

  test.each([
    [['q 1', '0.12'], 2, '--reason is needed'],
    [['q 9', '0.12', '--reason', 'x'], 3, 'has booked nothing under q 9'],
    [['q 1', 'much', '--reason', 'x'], 6, 'much'],
  ])(
    'given correct 1 %j, when it is typed, then the exit code is %i and it says %s',
    async (args, code, said) => {
      const directory = await withEstimate();
      const ran = await run(directory, 'correct', '1', ...args);
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(said)]);
    },
  );
});

test('given hooks in shadow that would have denied calls, when an episode is shown or costs something, then how many, how much and unpriced tools are told', async () => {
  const directory = join(temporaryDirectory(), 'production');
  await run(directory, 'create', '--topic', 'Why bees dance');
  const nothing = (await run(directory, 'show', '1')).stdout;
  expect(nothing).not.toContain('hooks');
  mkdirSync(join(directory, '.hooks'));
  const counted = { unpriced: { Read: 4 }, would_deny: { 'mcp__a\u001b[31m': 3 }, would_deny_usd: 1_500_000 };
  writeFileSync(join(directory, '.hooks', 'a.json'), JSON.stringify(counted));
  writeFileSync(join(directory, '.hooks', 'broken.json'), '{');
  const lines =
    'hooks in shadow would have denied 3 call(s), up to $1.50: mcp__a\\u001b[31m 3 ×\ntools without a price were used 4 time(s): Read 4 ×\n';
  expect((await run(directory, 'show', '1')).stdout).toBe(`${nothing}${lines}`);
  const cost = ['cost', '1', 'research', 'query', '0.10'];
  await run(directory, 'phase', '1', 'research', 'active');
  expect((await run(directory, ...cost)).stdout).toContain(lines);
  for (const command of [['show', '1'], cost])
    expect((await run(directory, ...command, '--json')).json()).toMatchObject({
      hooks: { would_deny_calls: 3, would_deny_cost: 1.5, unpriced_calls: 4, denied: 0 },
    });
});
