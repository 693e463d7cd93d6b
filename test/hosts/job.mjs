// What the sessions in real hosts share: their installation, a connected project, and a count in which nothing is left out in silence.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'showrunner-hosts-'));
export const home = join(folder, 'home');
mkdirSync(home);
// Nothing of the person's own settings: no key, no proxy, no other host's variables.
export const bare = { PATH: process.env.PATH, HOME: home };
export const agentFolders = ['dist/agents', 'dist/agents/plugin'].map((each) => join(root, each));
const paid = join(root, 'test/hosts/paid-server.mjs');
const counts = { passed: 0, failed: 0, skipped: 0 };

/** A folder for a production, which goes with the job. */
export const freshFolder = () => mkdtempSync(join(folder, 'production-'));

/** @param {string} name @param {() => unknown} holds */
export async function check(name, holds) {
  try {
    const found = await holds();
    if (found !== true) throw new Error(`found ${JSON.stringify(found)}`);
    counts.passed += 1;
    console.log(`passed: ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.error(`FAILED: ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`);
  }
}

/** Prints the counts, and takes away all that the job has made. */
export function end() {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

/** Why a registry may have no such package for us. Whatever else goes wrong is no reason to skip. */
const notThere =
  /^npm (?:ERR!|error) code (?:E403|E404|E451|EBADPLATFORM|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)$/m;

/** Installs a host into a folder of its own; undefined where the registry does not have it, which is counted and told, or fails where SHOWRUNNER_HOSTS=required. */
export async function install(host, wanted) {
  const cwd = join(folder, `${host}-itself`);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', wanted];
  try {
    await promisify(execFile)('npm', words, { cwd, timeout: 240_000 });
    return join(cwd, 'node_modules');
  } catch (error) {
    const why = `${error.stderr}`.split('\n').find((line) => /^npm (?:ERR!|error) (?!code)/.test(line));
    if (notThere.test(error.stderr) && process.env.SHOWRUNNER_HOSTS !== 'required') {
      counts.skipped += 1;
      console.log(`skipped: ${host}: ${wanted} does not install here (${why ?? error.message})`);
    } else await check(`${host}: ${wanted} installs`, () => why ?? error.message);
    return undefined;
  }
}

export const run = (program, words, more = {}) => {
  const ran = promisify(execFile)(program, words, {
    encoding: 'utf8',
    env: bare,
    timeout: 60_000,
    ...more,
  });
  ran.child.stdin?.end();
  return ran;
};

const table = {
  enforce: 'deny',
  tools: [{ match: 'mcp__*PERPLEXITY*', phase: 'research', operation: 'perplexity_query', max_cost: '0.25' }],
  models: { 'claude-*': { input: '1000', output: '2000' } },
  agents: { 'general-purpose': 'research' },
};

/** A fresh project whose production is connected with a host, and how the foreign server with the paid tool is started. */
export async function project(name, ...connect) {
  const cwd = join(folder, name);
  const calls = join(cwd, 'calls.txt');
  mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(cwd, 'production'));
  symlinkSync(root, join(cwd, 'node_modules/showrunner'));
  symlinkSync(main, join(cwd, 'node_modules/.bin/showrunner'));
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }');
  writeFileSync(join(cwd, 'production/hooks.json'), JSON.stringify(table));
  await run(process.execPath, [main, 'connect', ...connect], { cwd });
  const shown = async (...words) =>
    JSON.parse((await run(process.execPath, [main, ...words, '--json'], { cwd })).stdout);
  return { cwd, calls, shown, paid: { command: process.execPath, args: [paid, calls] } };
}

/** A project whose host connects to a server that runs already; `token` is what it asks for. */
export async function servedProject(name, host) {
  const made = await project(name, host);
  const words = [main, 'mcp', '--http', '--port', '0', '--directory', join(made.cwd, 'production')];
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await once(server.stderr, 'data');
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\/mcp/.exec(said);
  await run(process.execPath, [main, 'connect', host, '--http', '--port', port], { cwd: made.cwd });
  const stop = async () => {
    server.kill();
    await once(server, 'exit');
  };
  return { ...made, token: readFileSync(join(made.cwd, 'production/.mcp-token'), 'utf8').trim(), stop };
}

/** The host has reached the running server, with a token that none of its files has. */
export async function checkServed(name, { cwd, token, shown }, file) {
  await check(`${name}: the running server was asked, with its token`, async () => {
    const { episodes } = await shown('list');
    return episodes.length === 1 || episodes;
  });
  await check(`${name}: the token is not in its file`, () => {
    const text = readFileSync(join(cwd, file), 'utf8');
    return (/:\d+\/mcp/.test(text) && !text.includes(token)) || text;
  });
}

/** The episode in the first answer that names one. */
export const idIn = (results) => /"session_id":\s*"([^"]+)"/.exec(results.join('\n'))?.[1] ?? 'none';

/** A session of the production verifies and its research has spent and reserved so many micro-dollars. */
export async function checkLedger(name, { shown }, id, wanted) {
  await check(`${name}: the ledger has ${JSON.stringify(wanted)} micro-dollars`, async () => {
    const { episode, snapshot } = await shown('show', id);
    const { spent, reserved } = snapshot.context.phases.research;
    const holds = spent === wanted.spent && reserved === wanted.reserved;
    return (holds && Math.round(episode.total_cost * 1e6) === wanted.spent) || { spent, reserved, episode };
  });
  await check(`${name}: the production verifies`, async () => Boolean(await shown('verify')));
}
