// Runs Claude Code itself, offline, against a model on loopback that follows a script: what `connect` writes starts the server, and the
// hooks reserve, settle and deny. Installs the host from the package registry into a temporary folder, where nothing else of it stays.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serveModel } from './model-server.mjs';

const host = '@anthropic-ai/claude-code';
const version = '2.1.332';
const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'showrunner-hosts-'));
const home = join(folder, 'home');
// Nothing of the person's own settings: no key, no proxy, no other host's variables.
const env = {
  PATH: process.env.PATH,
  HOME: home,
  ANTHROPIC_API_KEY: 'none',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  ENABLE_TOOL_SEARCH: 'false',
};
let passed = 0;
let failed = 0;
const skipped = [];

/** @param {string} name @param {() => unknown} holds */
async function check(name, holds) {
  try {
    const found = await holds();
    if (found !== true) throw new Error(`found ${JSON.stringify(found)}`);
    passed += 1;
    console.log(`passed: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED: ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`);
  }
}

/** The host's program; undefined, with the reason told, where it does not install. */
function install() {
  const native = `${host}-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    // The native package alone: the other one copies it.
    execFileSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', `${native}@${version}`],
      { cwd: folder, stdio: 'pipe', timeout: 240_000 },
    );
  } catch (error) {
    const why = `${error.stderr}`.split('\n').find((line) => /npm (?:ERR!|error) /.test(line));
    skipped.push(`Claude Code: ${native} ${version} does not install here (${why ?? error.message})`);
    return undefined;
  }
  const program = join(folder, 'node_modules', native, 'claude');
  chmodSync(program, 0o755);
  return program;
}

const run = (program, words, more = {}) => {
  const ran = promisify(execFile)(program, words, { encoding: 'utf8', env, timeout: 60_000, ...more });
  ran.child.stdin?.end();
  return ran;
};

const table = {
  enforce: 'deny',
  tools: [{ match: 'mcp__*PERPLEXITY*', phase: 'research', operation: 'perplexity_query', max_cost: '0.25' }],
};

/** A fresh project whose production is connected, with the foreign server beside ours. */
async function project(name, ...options) {
  const cwd = join(folder, name);
  const calls = join(cwd, 'calls.txt');
  mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(cwd, 'production'));
  symlinkSync(root, join(cwd, 'node_modules/showrunner'));
  symlinkSync(main, join(cwd, 'node_modules/.bin/showrunner'));
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  writeFileSync(join(cwd, 'production/hooks.json'), JSON.stringify(table));
  await run(process.execPath, [main, 'connect', 'claude', ...options], { cwd });
  const servers = JSON.parse(readFileSync(join(cwd, '.mcp.json'), 'utf8'));
  const paid = { command: process.execPath, args: [join(root, 'test/hosts/paid-server.mjs'), calls] };
  servers.mcpServers.perplexity = paid;
  writeFileSync(join(cwd, '.mcp.json'), JSON.stringify(servers));
  return { cwd, calls };
}

const ours = 'mcp__showrunner__';
const ask = (question) => ({ tool: 'mcp__perplexity__ask', input: { question } });
const idIn = (results) => /"session_id":\s*"([^"]+)"/.exec(results.join('\n'))?.[1] ?? 'none';
const session = [
  () => ({ tool: `${ours}create_episode`, input: { topic: 'Why bees dance', episode_num: 1 } }),
  () => ask('too early'),
  (results) => ({
    tool: `${ours}update_phase`,
    input: { session_id: idIn(results), phase: 'research', status: 'active' },
  }),
  () => ask('in its phase'),
  (results) => ({
    tool: `${ours}request_approval`,
    input: { session_id: idIn(results), approved: true, by: 'ann' },
  }),
  () => 'I am done.',
  () => 'I am done, whatever is open.',
];

async function day(claude, name, ...options) {
  const { cwd, calls } = await project(name, ...options);
  const model = await serveModel(session);
  try {
    const allowed = ['mcp__showrunner', 'mcp__perplexity'];
    const words = ['-p', 'Make episode 1', '--mcp-config', '.mcp.json', '--allowedTools', ...allowed];
    await run(claude, words, { cwd, env: { ...env, ANTHROPIC_BASE_URL: model.url } });
  } finally {
    model.close();
  }
  const { heard, offered } = model;
  if (process.env.SHOWRUNNER_HOSTS_TOLD) console.log(heard.slice(1));
  const id = idIn(heard);
  const shown = async (...words) =>
    (await run(process.execPath, [main, ...words, '--json'], { cwd })).stdout.replaceAll(/\s/g, '');
  await check(`${name}: the host has our tools`, () => offered.has(`${ours}produce_episode`) || [...offered]);
  await check(
    `${name}: a paid tool before its phase is denied, with what to do`,
    () =>
      (/research/.test(heard[2]) &&
        /showrunner|update_phase/.test(heard[2]) &&
        !/They dance/.test(heard[2])) ||
      heard[2],
  );
  await check(
    `${name}: in its phase it is called, once`,
    () => readFileSync(calls, 'utf8') === 'in its phase\n' && /They dance/.test(heard[4]),
  );
  await check(`${name}: its money was reserved and is settled at what it cost`, async () => {
    const history = await shown('history', id);
    return (
      (/"cost\.reserve".*"amount":250000/.test(history) && /operation\.settled/.test(history)) || history
    );
  });
  await check(`${name}: the ledger has those 15 cents and nothing open`, async () => {
    const { stdout } = await run(process.execPath, [main, 'show', id, '--json'], { cwd });
    const { episode, snapshot } = JSON.parse(stdout);
    const { spent, reserved } = snapshot.context.phases.research;
    return (episode.total_cost === 0.15 && spent === 150_000 && reserved === 0) || stdout;
  });
  await check(
    `${name}: an approval among the arguments is refused`,
    () =>
      (/approved/.test(heard[5]) && /no argument|invalid|additional|unrecogni/i.test(heard[5])) || heard[5],
  );
  await check(
    `${name}: the stop is blocked once, for the checkpoint`,
    () => (/checkpoint/.test(heard[6]) && heard.length === 7) || heard.slice(1),
  );
  await check(`${name}: the production verifies`, async () => Boolean(await shown('verify')));
}

try {
  mkdirSync(home);
  const claude = install();
  if (claude) {
    for (const each of ['dist/agents', 'dist/agents/plugin'])
      await check(`${each} is valid, strictly`, async () => {
        const { stdout } = await run(claude, ['plugin', 'validate', '--strict', join(root, each)]);
        return stdout.includes('Validation passed') || stdout;
      });
    await day(claude, 'programs');
    await day(claude, 'over-server', '--over-server');
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
for (const each of skipped) console.log(`skipped: ${each}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
