import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const execute = promisify(execFile);

const workflow = `---\ndescription: Makes an episode\n---\nRun /research-workflow $1, then /production-workflow $1, then /audio-workflow $1.\n`;
const researcher = `---\nname: researcher\ndescription: Finds what is known\n---\nSearch, and write research_findings.json.\n`;
const guard = {
  permissions: { allow: ['Bash(ls:*)'] },
  hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'true' }] }] },
};
const older = {
  active_episodes: {
    1: {
      session_id: 'ep_001_20250903_154439',
      topic: 'Why bees dance',
      created_at: '2025-09-03T15:44:39',
      total_cost: 1.05,
      phases: { research: { status: 'completed', cost: 1.05, completed_at: '2025-09-03T15:52:00' } },
    },
    999: {
      session_id: 'ep_999_20250903_160000',
      topic: 'Test episode',
      created_at: '2025-09-03T16:00:00',
      total_cost: 0.02,
      phases: { research: { status: 'in_progress', cost: 0.02 } },
    },
  },
  total_cost: 1.07,
};

const checkpoint = { phase: 'research', timestamp: '2025-09-03T15:52:00', data: { found: 12 } };

/** A project as people have it: commands, agents and settings of its own for Claude Code, and a state file from before. */
function project() {
  const cwd = temporaryDirectory();
  const put = (path: string, text: string): void => {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  put('.claude/commands/podcast-workflow.md', workflow);
  put('.claude/agents/researcher.md', researcher);
  put('.claude/settings.json', `${JSON.stringify(guard, undefined, 2)}\n`);
  put('old/state.json', JSON.stringify(older));
  put('old/ep_001_20250903_154439/checkpoint_research_20250903_155200.json', JSON.stringify(checkpoint));
  mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
  symlinkSync(root, join(cwd, 'node_modules/showrunner'));
  symlinkSync(main, join(cwd, 'node_modules/.bin/showrunner'));
  const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
  const showrunner = async (...words: string[]): Promise<string> =>
    (await execute(process.execPath, [main, ...words], { cwd })).stdout;
  return { cwd, put, read, showrunner };
}

interface Payload {
  hook_event_name: string;
  tool_name?: string;
}

/** What a host does at an event: runs what stands in its settings for it, with the payload on standard input. */
async function happen(cwd: string, settings: string, sample: string, more: object = {}): Promise<string> {
  const text = readFileSync(join(import.meta.dirname, 'samples', `${sample}.json`), 'utf8');
  const payload = { ...(JSON.parse(text) as Payload), ...more };
  const { hooks } = JSON.parse(settings) as {
    hooks: Record<string, { matcher?: string; hooks: { command: string }[] }[]>;
  };
  const { hook_event_name: event, tool_name: tool = '' } = payload;
  const asked = (hooks[event] ?? []).filter(({ matcher }) =>
    new RegExp(`^(?:${matcher ?? '.*'})$`).test(tool),
  );
  expect(asked.length).toBeGreaterThan(0);
  const said = [];
  for (const { command } of asked.flatMap((each) => each.hooks)) {
    const ran = execute('sh', ['-c', command], { cwd, env: { ...process.env, CLAUDE_PROJECT_DIR: cwd } });
    ran.child.stdin?.end(JSON.stringify(payload));
    said.push((await ran).stdout);
  }
  return said.join('');
}

test('given a project with commands, agents and a state file of its own, when that is imported and the host connected, then test episodes are told, what each agent costs comes out, and all that was there is as it was', async () => {
  const { cwd, read, showrunner } = project();
  expect(await showrunner('import', 'old/state.json', '--dry-run', '--without-tests')).toMatch(
    /ep_999[^\n]*looks like a test episode/,
  );
  expect(readdirSync(cwd)).not.toContain('production');
  await showrunner('import', 'old/state.json', '--without-tests');
  const listed = JSON.parse(await showrunner('list', '--json')) as { episodes: { session_id: string }[] };
  const ids = listed.episodes.map(({ session_id: each }) => each);
  expect(ids.map((each) => each.slice(0, 6))).toEqual(['ep_001']);
  const [id = ''] = ids;

  const before = read('.claude/settings.json');
  const table = {
    enforce: 'deny',
    tools: [{ match: 'mcp__*perplexity*', phase: 'script', operation: 'perplexity_query', max_cost: '0.25' }],
    models: { 'claude-sonnet-*': { input: '3', output: '15', cache_write: '3.75', cache_read: '0.30' } },
    agents: { researcher: 'script' },
  };
  writeFileSync(join(cwd, 'production/hooks.json'), JSON.stringify(table));
  await showrunner('connect', 'claude');
  const settings = read('.claude/settings.json');
  expect(read('.claude/commands/podcast-workflow.md')).toBe(workflow);
  expect(read('.claude/agents/researcher.md')).toBe(researcher);

  expect(
    await happen(cwd, settings, '02-expansion-podcast-workflow', { command_args: '1 "Why bees dance"' }),
  ).toContain(id);
  await happen(cwd, settings, '03-pre-agent-researcher');
  await showrunner('phase', id, 'script', 'active');
  await happen(cwd, settings, '05-pre-perplexity-in-subagent');
  await happen(cwd, settings, '06-post-perplexity-content-array', { tool_response: { cost: 0.12 } });
  await happen(cwd, settings, '08-post-agent-foreground-usage');

  const { spending } = JSON.parse(await showrunner('metrics', '--json')) as { spending: object };
  expect(spending).toMatchObject({
    per_operation: {
      perplexity_query: { cost: 0.12, count: 1 },
      agent_researcher: { cost: 0.00531, count: 1 },
    },
  });

  await showrunner('connect', 'claude', '--remove');
  expect(read('.claude/settings.json')).toBe(before);
});
