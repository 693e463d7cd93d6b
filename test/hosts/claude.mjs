// Claude Code: a session with hooks that are programs, and one whose hooks ask the running server.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  agentFolders,
  bare,
  check,
  checkLedger,
  checkServed,
  idIn,
  install,
  project,
  run,
  servedProject,
} from './job.mjs';
import { serveModel } from './model-server.mjs';

const version = '2.1.332';
const env = {
  ...bare,
  ANTHROPIC_API_KEY: 'none',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  ENABLE_TOOL_SEARCH: 'false',
};
const ours = 'mcp__showrunner__';
const ask = (question) => ({ tool: 'mcp__perplexity__ask', input: { question } });
const errand = { prompt: 'Say which dance it is.', answer: '{ "dance": "waggle" }' };
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
  () => ask('Error: connect ECONNREFUSED 127.0.0.1:9'),
  () => ask('Error: the answer was lost'),
  () => ({
    tool: 'Agent',
    input: {
      description: 'Asks',
      prompt: errand.prompt,
      subagent_type: 'general-purpose',
      run_in_background: false,
    },
  }),
  () => 'I am done.',
  () => 'I am done, whatever is open.',
];

/** The project's own settings, with the foreign server beside ours, and all that our server is told kept in a file. */
async function prepare(name, ...options) {
  const made = await project(name, 'claude', ...options);
  const path = join(made.cwd, '.mcp.json');
  const { mcpServers } = JSON.parse(readFileSync(path, 'utf8'));
  const told = join(made.cwd, 'told.txt');
  const { command, args } = mcpServers.showrunner;
  const showrunner = { command: 'sh', args: ['-c', 'tee -a "$0" | "$@"', told, command, ...args] };
  writeFileSync(path, JSON.stringify({ mcpServers: { ...mcpServers, showrunner, perplexity: made.paid } }));
  return { ...made, told };
}

async function day(claude, name, ...options) {
  const made = await prepare(name, ...options);
  const { cwd, calls, shown, told } = made;
  const isOverServer = options.includes('--over-server');
  const model = await serveModel(session, errand);
  try {
    const allowed = ['mcp__showrunner', 'mcp__perplexity', 'Agent'];
    const words = ['-p', 'Make episode 1', '--mcp-config', '.mcp.json', '--allowedTools', ...allowed];
    await run(claude, words, { cwd, env: { ...env, ANTHROPIC_BASE_URL: model.url } });
  } finally {
    model.close();
  }
  const { heard, offered } = model;
  if (process.env.SHOWRUNNER_HOSTS_TOLD) console.log(heard.slice(1));
  const id = idIn(heard);
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
    () => readFileSync(calls, 'utf8').startsWith('in its phase\nError:') && /They dance/.test(heard[4]),
  );
  await check(`${name}: its money was reserved and is settled at what it cost`, async () => {
    const history = JSON.stringify(await shown('history', id));
    return (
      (/"cost\.reserve".*"amount":250000/.test(history) && /operation\.settled/.test(history)) || history
    );
  });
  await check(
    `${name}: an approval among the arguments is refused`,
    () =>
      (/approved/.test(heard[5]) && /no argument|invalid|additional|unrecogni/i.test(heard[5])) || heard[5],
  );
  await check(`${name}: a call that failed before it was sent is released, a lost one is held`, async () => {
    const { events } = await shown('history', id);
    const types = events.map(({ type }) => type).filter((type) => /released|held/.test(type));
    return `${types}` === 'operation.released,operation.held' || events;
  });
  await check(`${name}: the subagent has answered, and its tokens are paid`, async () => {
    const { events } = await shown('history', id);
    const costs = events.filter(({ event }) => event.operation === 'agent_general_purpose');
    return (/"dance": "waggle"/.test(heard[8]) && costs.length === 1) || [heard[8], events];
  });
  await check(
    `${name}: the stop is blocked once, for the checkpoint`,
    () => (/checkpoint/.test(heard[9]) && heard.length === 10) || heard.slice(1),
  );
  await check(`${name}: hooks around tools ${isOverServer ? 'ask' : 'ask not'} the running server`, () => {
    const asked = readFileSync(told, 'utf8').split('\n');
    const hooks = asked.filter((line) => /"method":"tools\/call".*"name":"answer_hook"/.test(line));
    // Before and after each of the three paid calls that are let through, and before the one that is not.
    const around = hooks.filter((line) => line.includes('mcp__perplexity__ask'));
    return (isOverServer ? around.length >= 7 : hooks.length === 0) || asked;
  });
  // 15 cents of the tool, a cent for each of the subagent's ten and five tokens; the lost call stays reserved.
  await checkLedger(name, made, id, { spent: 170_000, reserved: 250_000 });
}

/** A server that runs already, which asks for its token. */
async function overHttp(claude) {
  const made = await servedProject('over-http', 'claude');
  const model = await serveModel([session[0], () => 'I am done.', () => 'I am done.'], errand);
  try {
    const words = ['-p', 'Make episode 1', '--mcp-config', '.mcp.json', '--allowedTools', 'mcp__showrunner'];
    await run(claude, words, { cwd: made.cwd, env: { ...env, ANTHROPIC_BASE_URL: model.url } });
  } finally {
    model.close();
    await made.stop();
  }
  await checkServed('over http', made, '.mcp.json');
}

export async function claudeCode() {
  // The native package alone: the other one copies it.
  const native = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const modules = await install('Claude Code', `${native}@${version}`);
  if (!modules) return;
  const claude = join(modules, native, 'claude');
  chmodSync(claude, 0o755);
  for (const each of agentFolders)
    await check(`${each.slice(each.indexOf('dist/'))} is valid, strictly`, async () => {
      const { stdout } = await run(claude, ['plugin', 'validate', '--strict', each], { env });
      return stdout.includes('Validation passed') || stdout;
    });
  await day(claude, 'programs');
  await day(claude, 'over-server', '--over-server');
  await overHttp(claude);
}
