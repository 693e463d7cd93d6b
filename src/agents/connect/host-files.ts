import { isAbsolute, join } from 'node:path';
import { escapeForShell } from '../../../machines/index.js';
import { parseJson } from '../../disk/index.js';
import { hookTableFile, type HookTable } from '../hooks/hook-table.js';
import { hookHosts, type HookHost } from '../hooks/hook-call.js';
import { agentsTokenFile } from '../token.js';
import { hookFields } from '../tools.js';
import { codexServerLine } from './codex-server-line.js';

export const connectHosts = hookHosts;

/** Where hosts that read the token from their environment look for it. */
export const tokenVariable = 'SHOWRUNNER_MCP_TOKEN';

/** What `connect` needs to know of the place. */
export interface Place {
  /** How a host calls us: `showrunner` with what stands before it. */
  program: string;
  /** The production's directory, as it is written into files: relative to the project where it lies in it. */
  directory: string;
  table: HookTable;
  /** Claude Code's hooks around tools call the server that is running, in place of a program. */
  overServer?: boolean | undefined;
  /** Where `showrunner mcp --http` listens, for hosts that connect to it in place of starting a server. */
  address?: string | undefined;
}

type Json = Record<string, unknown>;

/** What one file of a host gets, or loses. */
export interface HostFile {
  /** From the project's folder. */
  path: string;
  /** The file's new text; undefined when nothing would be left in it. */
  edit: (text: string | undefined, remove: boolean) => string | undefined;
}

/** The files that a host reads. */
export function hostFiles(host: HookHost, place: Place): HostFile[] {
  return filesOf[host](place);
}

/** A production's first table, in shadow: it watches until somebody has read its prices. */
export const firstTable = {
  path: hookTableFile,
  text: `${JSON.stringify(
    {
      enforce: 'shadow',
      tools: [
        { match: '*perplexity*', phase: 'research', operation: 'perplexity_query', max_cost: '0.25' },
        { match: '*elevenlabs*speech*', phase: 'audio', operation: 'speech', max_cost: '0.50' },
      ],
      models: {
        'claude-sonnet-*': { input: '3', output: '15', cache_write: '3.75', cache_read: '0.30' },
      },
    },
    undefined,
    2,
  )}\n`,
};

/** What the plugin for Claude Code has besides its texts. */
export function pluginFiles(): Record<'.mcp.json' | 'hooks/hooks.json', Json> {
  const place: Place = {
    program: 'npx showrunner',
    directory: 'production',
    table: { enforce: 'deny', tools: [], agents: {}, models: {}, commands: {}, lost_after_minutes: 30 },
  };
  return {
    '.mcp.json': { mcpServers: { showrunner: startedServer(place) } },
    'hooks/hooks.json': { hooks: claudeHooks(place, 'claude') },
  };
}

const filesOf: Record<HookHost, (place: Place) => HostFile[]> = {
  claude: (place) => [
    {
      path: '.mcp.json',
      edit: editJson((json, remove) => setServer(json, 'mcpServers', remove, claudeServer(place))),
    },
    {
      path: '.claude/settings.json',
      edit: editJson((json, remove) => {
        setHooks(json, remove, claudeHooks(place, 'claude'));
        const command = call(place, 'statusline');
        if (remove) dropStatusLine(json);
        // A line of the person's own stays.
        else if (json['statusLine'] === undefined || isOurs(json['statusLine']))
          json['statusLine'] = { type: 'command', command };
      }),
    },
  ],
  codex: (place) => [
    { path: '.codex/config.toml', edit: editBlock(codexServer(place), seeThatNoServerIsThere) },
    {
      path: '.codex/hooks.json',
      edit: editJson((json, remove) => setHooks(json, remove, claudeHooks(place, 'codex'))),
    },
  ],
  gemini: (place) => [
    {
      path: '.gemini/settings.json',
      edit: editJson((json, remove) => {
        setServer(json, 'mcpServers', remove, geminiServer(place));
        setHooks(json, remove, geminiHooks(place));
      }),
    },
  ],
  cursor: (place) => [
    {
      path: '.cursor/mcp.json',
      edit: editJson((json, remove) => setServer(json, 'mcpServers', remove, cursorServer(place))),
    },
    {
      path: '.cursor/hooks.json',
      edit: editJson((json, remove) => {
        if (!remove) json['version'] ??= 1;
        setHooks(json, remove, cursorHooks(place));
        if (remove && Object.keys(json).join() === 'version') delete json['version'];
      }),
    },
  ],
  opencode: (place) => [
    {
      path: 'opencode.json',
      edit: editJson((json, remove) => setServer(json, 'mcp', remove, opencodeServer(place))),
    },
    { path: '.opencode/plugin/showrunner.js', edit: editOwn(plugin(place)) },
  ],
};

function words({ program }: Place): string[] {
  return program.split(' ');
}

function startedServer(place: Place): Json {
  const [command = '', ...args] = words(place);
  return { command, args: [...args, 'mcp', '--directory', place.directory] };
}

// These files are committed and read by others: they say where the token is, and never what it is.
const inVariable = `Bearer \${${tokenVariable}}`;

/** Claude Code 2.1.332 runs the helper in a shell, in the folder that it was started in, whenever it connects. */
function claudeServer(place: Place): Json {
  const { address } = place;
  if (address === undefined) return startedServer(place);
  return { type: 'http', url: address, headersHelper: call(place, 'mcp --headers') };
}

function geminiServer(place: Place): Json {
  const { address } = place;
  if (address === undefined) return startedServer(place);
  return { httpUrl: address, headers: { Authorization: inVariable } };
}

function cursorServer(place: Place): Json {
  const { address } = place;
  if (address === undefined) return startedServer(place);
  return { url: address, headers: { Authorization: inVariable.replace('{', '{env:') } };
}

function opencodeServer({ address, directory, ...place }: Place): Json {
  if (address === undefined)
    return {
      type: 'local',
      command: [...words({ ...place, directory }), 'mcp', '--directory', directory],
      enabled: true,
    };
  const file = `{file:${isAbsolute(directory) ? '' : './'}${join(directory, agentsTokenFile)}}`;
  return { type: 'remote', url: address, headers: { Authorization: `Bearer ${file}` }, enabled: true };
}

function call({ program, directory }: Place, command: string): string {
  return `${program} ${command} --directory ${escapeForShell(directory)}`;
}

/** Foreign servers' tools and subagents, and whatever else the table has a price for. */
function matcher({ table }: Place): string {
  const others = table.tools
    .map(({ match }) => match)
    .filter((match) => !/^mcp__/i.test(match))
    .map((match) => match.replaceAll(/[.*+?^${}()|[\]\\]/g, (sign) => (sign === '*' ? '.*' : `\\${sign}`)));
  return ['mcp__.*', 'Agent', 'Task', ...new Set(others)].join('|');
}

type Hooks = Record<string, Json[]>;

function claudeHooks(place: Place, host: 'claude' | 'codex'): Hooks {
  // Claude Code runs hooks in the folder that the agent is in by then.
  const command =
    host === 'claude'
      ? `cd "$CLAUDE_PROJECT_DIR" && ${call(place, 'hook')}`
      : `${call(place, 'hook')} --host ${host}`;
  const plain = { type: 'command', command, timeout: 15 };
  const blocking = { ...plain, onFailure: 'block' };
  const tools = matcher(place);
  const around = (usual: Json): Json[] =>
    place.overServer === true
      ? [{ ...serverHook, ...('onFailure' in usual && { onFailure: 'block' }) }]
      : [usual];
  return {
    PreToolUse: [{ matcher: tools, hooks: around(blocking) }],
    PostToolUse: [{ matcher: tools, hooks: around(plain) }],
    ...(host === 'codex'
      ? {}
      : {
          PostToolUseFailure: [{ matcher: tools, hooks: around(plain) }],
          PostToolBatch: [{ hooks: [plain] }],
          SubagentStop: [{ hooks: [plain] }],
          UserPromptExpansion: [{ hooks: [plain] }],
          PreCompact: [{ hooks: [plain] }],
          SessionEnd: [{ hooks: [plain] }],
        }),
    SessionStart: [{ hooks: [plain] }],
    Stop: [{ hooks: [plain] }],
  };
}

/** The host puts the fields of its payload in place of their names. */
const serverHook: Json = {
  type: 'mcp_tool',
  server: 'showrunner',
  tool: 'answer_hook',
  input: Object.fromEntries(hookFields.map((field) => [field, `\${${field}}`])),
  timeout: 15,
};

function geminiHooks(place: Place): Hooks {
  const hooks = [{ type: 'command', command: `${call(place, 'hook')} --host gemini`, timeout: 15_000 }];
  return {
    BeforeTool: [{ matcher: '.*', hooks }],
    AfterTool: [{ matcher: '.*', hooks }],
    SessionStart: [{ hooks }],
    PreCompress: [{ hooks }],
    SessionEnd: [{ hooks }],
  };
}

function cursorHooks(place: Place): Hooks {
  const command = `${call(place, 'hook')} --host cursor`;
  return {
    beforeMCPExecution: [{ command, failClosed: true }],
    afterMCPExecution: [{ command }],
    stop: [{ command }],
  };
}

function isOurs(entry: unknown): boolean {
  const text = JSON.stringify(entry);
  return (
    /\bshowrunner(?:@[\w.-]+)?['"]? (?:hook|statusline)\b/.test(text) ||
    text.includes('"server":"showrunner","tool":"answer_hook"')
  );
}

function setServer(json: Json, under: string, remove: boolean, entry: Json): void {
  const servers = objectAt(json, under);
  delete servers['showrunner'];
  if (!remove) servers['showrunner'] = entry;
  if (Object.keys(servers).length > 0) json[under] = servers;
  else delete json[under];
}

/** Ours are put after what is there, once. */
function setHooks(json: Json, remove: boolean, ours: Hooks): void {
  const hooks = objectAt(json, 'hooks');
  for (const event of new Set([...Object.keys(hooks), ...Object.keys(ours)])) {
    const there = Array.isArray(hooks[event]) ? (hooks[event] as unknown[]) : [];
    const kept = there.filter((entry) => !isOurs(entry));
    const wanted = [...kept, ...(remove ? [] : (ours[event] ?? []))];
    if (wanted.length > 0) hooks[event] = wanted;
    else if (there.length > 0) delete hooks[event];
  }
  if (Object.keys(hooks).length > 0) json['hooks'] = hooks;
  else delete json['hooks'];
}

function dropStatusLine(json: Json): void {
  if (isOurs(json['statusLine'])) delete json['statusLine'];
}

function objectAt(json: Json, name: string): Json {
  const value = json[name];
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError(`${name} is not an object`);
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new TypeError(`it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function editJson(change: (json: Json, remove: boolean) => void): HostFile['edit'] {
  return (text, remove) => {
    if (text === undefined && remove) return undefined;
    const json = jsonIn((text ?? '{}').replace(/^\uFEFF/, '') || '{}') as Json;
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw new TypeError('it is not a JSON object');
    const before = JSON.stringify(json);
    change(json, remove);
    if (JSON.stringify(json) === before) return text;
    return Object.keys(json).length === 0 ? undefined : inFormOf(text, json);
  };
}

/** As the person's file is written: its mark of byte order, indents, ends of lines and last line. */
function inFormOf(text: string | undefined, json: Json): string {
  if (text === undefined || text.trim() === '') return `${JSON.stringify(json, undefined, 2)}\n`;
  const indent = /^\uFEFF?\{\r?\n([ \t]{1,8})"/.exec(text)?.[1];
  const lines = JSON.stringify(json, undefined, indent ?? (text.trimEnd().includes('\n') ? 2 : undefined));
  const written = `${text.startsWith('\uFEFF') ? '\uFEFF' : ''}${lines}${text.endsWith('\n') ? '\n' : ''}`;
  return text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
}

const blockStart = '# showrunner: begin';
const blockEnd = '# showrunner: end';

/** A block of our own in a file whose form is the person's. */
function editBlock(block: string, see: (rest: string) => void): HostFile['edit'] {
  return (text, remove) => {
    const start = text?.indexOf(blockStart) ?? -1;
    const end = start < 0 ? -1 : (text?.indexOf(blockEnd, start) ?? -1);
    if (start >= 0 && end < 0) throw new TypeError(`it has "${blockStart}" without "${blockEnd}"`);
    const rest =
      text === undefined
        ? ''
        : start < 0
          ? text
          : text.slice(0, start) + text.slice(end + blockEnd.length + 1);
    if (remove) return rest.trim() === '' ? undefined : rest;
    see(rest);
    const gap = rest === '' || rest.endsWith('\n') ? '' : '\n';
    return `${rest}${gap}${blockStart}\n${block}${blockEnd}\n`;
  };
}

function seeThatNoServerIsThere(toml: string): void {
  const line = codexServerLine(toml);
  if (line !== undefined)
    throw new TypeError(`line ${line} has a server "showrunner" already, or all servers in one value`);
}

const ownMark = 'showrunner connect opencode wrote this file';

/** A file that is ours from its first line to its last: one that somebody else wrote is left as it is. */
function editOwn(own: string): HostFile['edit'] {
  return (text, remove) => {
    const isOwn = text === undefined || (text.split('\n', 1)[0] ?? '').includes(ownMark);
    if (remove) return isOwn ? undefined : text;
    if (isOwn) return own;
    throw new TypeError('somebody else wrote it');
  };
}

function codexServer(place: Place): string {
  if (place.address !== undefined)
    return `[mcp_servers.showrunner]\nurl = ${JSON.stringify(place.address)}\nbearer_token_env_var = "${tokenVariable}"\n`;
  const { command, args } = startedServer(place) as { command: string; args: string[] };
  return `[mcp_servers.showrunner]\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}\n`;
}

function plugin(place: Place): string {
  const [command = '', ...args] = words(place);
  const given = [...args, 'hook', '--host', 'opencode', '--directory', place.directory];
  return `// Money before and after a tool: ${ownMark}, and --remove takes it out.
import { spawnSync } from 'node:child_process';

function ask(event, { tool, sessionID, callID }, rest) {
  const { status, stdout, stderr } = spawnSync(${JSON.stringify(command)}, ${JSON.stringify(given)}, {
    input: JSON.stringify({ hook_event_name: event, tool_name: tool, session_id: sessionID, tool_use_id: callID, ...rest }),
    encoding: 'utf8',
    timeout: 15_000,
  });
  if (status === 0) return stdout.trim() === '' ? {} : JSON.parse(stdout);
  // A broken hook stops what may cost money.
  return event.endsWith('before') ? { deny: stderr || 'showrunner hook did not answer' } : {};
}

export const Showrunner = async () => ({
  'tool.execute.before': async (input, output) => {
    const { deny } = ask('tool.execute.before', input, { tool_input: output.args });
    if (deny) throw new Error(deny);
  },
  'tool.execute.after': async (input, output) => {
    ask('tool.execute.after', input, { tool_input: input.args, tool_response: output.output });
  },
});
`;
}
