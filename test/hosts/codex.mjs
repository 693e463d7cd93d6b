// Codex: a session whose hooks are programs. A failed call tells it nothing, so that one is held at the stop.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bare,
  check,
  checkLedger,
  checkServed,
  home,
  idIn,
  install,
  project,
  run,
  servedProject,
} from './job.mjs';
import { serveResponses } from './responses-server.mjs';

const wanted = '@openai/codex@0.171.0';
const ours = (tool, input) => ({ server: 'showrunner', tool, input });
const ask = (question) => ({ server: 'perplexity', tool: 'ask', input: { question } });
const session = [
  () => ours('create_episode', { topic: 'Why bees dance', episode_num: 1 }),
  () => ask('too early'),
  (results) => ours('update_phase', { session_id: idIn(results), phase: 'research', status: 'active' }),
  () => ask('in its phase'),
  () => ask('Error: the answer was lost'),
  () => 'I am done.',
  () => 'I am done, whatever is open.',
];

/** The person's settings: the model on loopback, and that the project is trusted. */
const settings = (url, cwd) => `model = "gpt-5.2"
model_provider = "script"
check_for_update_on_startup = false

[model_providers.script]
name = "script"
base_url = "${url}"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[projects."${cwd}"]
trust_level = "trusted"
`;

async function hold(modules, { cwd }, script, more = {}) {
  const model = await serveResponses(script);
  try {
    mkdirSync(join(home, '.codex'), { recursive: true });
    writeFileSync(join(home, '.codex/config.toml'), settings(model.url, cwd));
    // Nobody is there to trust the hooks and to approve each call.
    const unasked = ['--dangerously-bypass-hook-trust', '--dangerously-bypass-approvals-and-sandbox'];
    const words = ['exec', '--skip-git-repo-check', ...unasked, 'Make episode 1'];
    await run(join(modules, '.bin/codex'), words, { cwd, env: { ...bare, ...more } });
  } finally {
    model.close();
  }
  return model;
}

/** A server that runs already, which asks for its token. */
async function overHttp(modules) {
  const made = await servedProject('codex-http', 'codex');
  try {
    const script = [session[0], () => 'I am done.', () => 'I am done.'];
    await hold(modules, made, script, { SHOWRUNNER_MCP_TOKEN: made.token });
  } finally {
    await made.stop();
  }
  await checkServed('codex over http', made, '.codex/config.toml');
}

export async function codex() {
  const modules = await install('Codex', wanted);
  if (!modules) return;
  const made = await project('codex', 'codex');
  const { cwd, calls, shown, paid } = made;
  const foreign = `\n[mcp_servers.perplexity]\ncommand = ${JSON.stringify(paid.command)}\nargs = ${JSON.stringify(paid.args)}\n`;
  appendFileSync(join(cwd, '.codex/config.toml'), foreign);
  const { heard, offered } = await hold(modules, made, session);
  if (process.env.SHOWRUNNER_HOSTS_TOLD) console.log(heard.slice(1));
  const id = idIn(heard);
  await check('codex: the host has our tools, in its first turn', () => {
    return offered.has('mcp__showrunner__produce_episode') || [...offered];
  });
  await check('codex: a tool of ours is called', () => id.startsWith('ep_001_') || heard[1]);
  await check('codex: a paid tool before its phase is denied, with what to do', () => {
    return (/research.*update_phase/.test(heard[2]) && !/They dance/.test(heard[2])) || heard[2];
  });
  await check('codex: in its phase it is called, once', () => {
    return readFileSync(calls, 'utf8').startsWith('in its phase\nError:') && /They dance/.test(heard[4]);
  });
  await check('codex: its money was reserved and is settled; the lost call is held', async () => {
    const { events } = await shown('history', id);
    const types = events.map(({ type }) => type).filter((type) => /^(?:cost|operation)\./.test(type));
    return `${types}` === 'cost.reserve,operation.settled,cost.reserve,operation.held' || events;
  });
  await check('codex: the stop is blocked once, for the checkpoint', () => {
    return (/checkpoint/.test(heard[6]) && heard.length === 7) || heard.slice(1);
  });
  await checkLedger('codex', made, id, { spent: 150_000, reserved: 250_000 });
  await overHttp(modules);
}
