import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const sample = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../agents/samples', `${name}.json`), 'utf8');

function project() {
  const folder = temporaryDirectory();
  const run = (args: string[], input = '') =>
    spawnSync(process.execPath, [main, ...args], { cwd: folder, input, encoding: 'utf8' });
  return { folder, run };
}

test('given a project, when a host is connected, then what it wrote is what its hooks and its status line run, until it is taken out', () => {
  const { folder, run } = project();
  const id = run(['create', '--topic', 'Why bees dance']).stdout.trim();
  run(['phase', id, 'research', 'active']);
  const shown = run(['connect', 'claude', '--dry-run']);
  expect(shown.stdout).toContain('+++ .claude/settings.json');
  expect(existsSync(join(folder, '.mcp.json'))).toBe(false);
  expect(run(['connect', 'claude']).status).toBe(0);
  expect(run(['connect', 'claude']).stdout).toContain('connected already');
  const table = join(folder, 'production/hooks.json');
  writeFileSync(table, readFileSync(table, 'utf8').replace('"shadow"', '"deny"'));

  const hook = ['hook', '--directory', 'production'];
  expect(run(hook, sample('05-pre-perplexity-in-subagent'))).toMatchObject({ status: 0, stdout: '' });
  expect(run(hook, sample('06-post-perplexity-content-array'))).toMatchObject({ status: 0, stdout: '' });
  const denied = run(hook, sample('12-pre-tts-too-early'));
  expect(denied.status).toBe(0);
  expect(JSON.parse(denied.stdout)).toMatchObject({
    hookSpecificOutput: { permissionDecision: 'deny', permissionDecisionReason: expect.stringContaining(id) },
  });
  const line = run(['statusline', '--directory', 'production'], sample('01-session-start')).stdout;
  expect(line).toMatch(/^ep_001 research ◐ \$0\.25 of \$7\.00 · day \$0\.25 of \$50\.00\n$/);

  expect(run(['connect', 'claude', '--remove']).status).toBe(0);
  expect(['.mcp.json', '.claude/settings.json'].map((path) => existsSync(join(folder, path)))).toEqual([
    false,
    false,
  ]);
  expect(run(['connect', 'claude', '--remove']).stdout).toContain(
    "Nothing of showrunner is in claude's files",
  );
});

test('given input that is no call of a hook, or a host that is none, then the hook blocks and says why', () => {
  const { run } = project();
  expect(run(['hook'], 'not JSON')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('cannot be read'),
  });
  expect(run(['hook', '--host', 'nobody'], sample('16-stop'))).toMatchObject({ status: 2 });
});

test('given settings that are not JSON, when the host is connected, then nothing at all is written', () => {
  const { folder, run } = project();
  mkdirSync(join(folder, '.claude'));
  writeFileSync(join(folder, '.claude/settings.json'), '{ // mine');
  const refused = run(['connect', 'claude']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('.claude/settings.json cannot be edited');
  expect(existsSync(join(folder, '.mcp.json'))).toBe(false);
});

test.each(['a file', 'a folder', 'a folder with nothing in it'])(
  'given %s of a project that is a link out of it, when a host is connected, then nothing outside is read or written',
  (what) => {
    const { folder, run } = project();
    const outside = temporaryDirectory();
    const target = join(outside, 'settings.json');
    if (what !== 'a folder with nothing in it') writeFileSync(target, '{"secret":"qzxw9"}');
    if (what === 'a file') {
      mkdirSync(join(folder, '.claude'));
      symlinkSync(target, join(folder, '.claude', 'settings.json'));
    } else symlinkSync(outside, join(folder, '.claude'));
    const refused = run(['connect', 'claude']);
    expect(refused.status).toBe(2);
    expect(refused.stdout + refused.stderr).toMatch(/link/);
    expect(refused.stdout + refused.stderr).not.toContain('qzxw9');
    expect(readdirSync(outside)).toEqual(what === 'a folder with nothing in it' ? [] : ['settings.json']);
    expect(existsSync(target) ? readFileSync(target, 'utf8') : '{"secret":"qzxw9"}').toBe(
      '{"secret":"qzxw9"}',
    );
  },
);
