import { expect, test } from 'vitest';
import { explorePaths } from '../../src/testing/index.js';

const steps = process.env['SHOWRUNNER_LONG'] ? 5_000_000 : 1_000_000;

test('given amounts around every threshold, when a million events are tried, then every invariant holds after each', () => {
  const policies = [
    {
      budgets: { research: '0.50', script: '0.50', audio: '0.50', total: '1.00' },
      dailyCap: '1.20',
      approvals: ['script' as const],
    },
    {
      budgets: { research: '0.30', script: '0.50', audio: '0.20', total: '0.90' },
      dailyCap: '0.80',
      hardPhaseBudgets: true,
    },
  ];
  const explored = policies.map((policy) =>
    explorePaths({ policy, steps: steps / policies.length, depth: 100 }),
  );
  const tried = explored.reduce((sum, each) => sum + each.steps, 0);
  const episodes = explored.reduce((sum, each) => sum + each.episodes, 0);
  console.log(
    `${tried.toLocaleString('en')} model steps, ${episodes.toLocaleString('en')} different episodes, every invariant held`,
  );
  expect(tried).toBeGreaterThanOrEqual(steps);
});
