import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectHosts, firstTable, hostFiles, type HostFile } from '../../src/agents/connect/host-files.js';
import { priceOf, readHookTable } from '../../src/agents/hooks/hook-table.js';
import { temporaryDirectory } from '../support/temporary.js';

const place = {
  program: 'npx showrunner',
  directory: 'production',
  table: {
    enforce: 'deny',
    tools: [{ match: 'WebSearch', phase: 'research', operation: 'search', max_cost: '0.01' }],
    agents: {},
    models: {},
    commands: {},
    lost_after_minutes: 30,
  },
} as const;
const files = (host: (typeof connectHosts)[number]) =>
  hostFiles(host, { ...place, table: { ...place.table, tools: [...place.table.tools] } });
const file = (host: (typeof connectHosts)[number], path: string): HostFile => {
  const found = files(host).find((each) => each.path === path);
  if (!found) throw new Error(`${host} has no ${path}`);
  return found;
};

describe('connecting a host', () => {
  test.each(connectHosts)(
    'given a server that runs already, when %s is connected with it and taken out, then it has the address, and what says where the token is',
    (host) => {
      const served = { ...place, table: { ...place.table, tools: [] }, address: 'http://127.0.0.1:4748/mcp' };
      const [first] = hostFiles(host, served);
      const { path, edit } = first ?? file(host, 'a file');
      const text = edit(undefined, false) ?? '';
      expect(text).toContain('http://127.0.0.1:4748/mcp');
      expect(text).toContain(
        {
          claude: '"headersHelper": "npx showrunner mcp --headers --directory production"',
          codex: 'bearer_token_env_var = "SHOWRUNNER_MCP_TOKEN"',
          gemini: '"Authorization": "Bearer ${SHOWRUNNER_MCP_TOKEN}"',
          cursor: '"Authorization": "Bearer ${env:SHOWRUNNER_MCP_TOKEN}"',
          opencode: '"Authorization": "Bearer {file:./production/.mcp-token}"',
        }[host],
      );
      expect(text).not.toMatch(/"command": "npx"|"--directory", "production"\]\n|^command/m);
      expect(file(host, path).edit(text, false)).not.toContain('http://');
      expect(edit(text, true)).toBeUndefined();
    },
  );

  test.each(connectHosts)(
    'given nothing of %s, when it is connected twice and taken out, then it is there once, and nothing is left',
    (host) => {
      for (const { edit } of files(host)) {
        const once = edit(undefined, false);
        expect(once).toContain('showrunner');
        expect(edit(once, false)).toBe(once);
        expect(edit(once, true)).toBeUndefined();
      }
    },
  );

  const own = {
    permissions: { allow: ['Bash(ls:*)'] },
    hooks: {
      PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: './guard.sh' }] }],
      Notification: [{ hooks: [{ type: 'command', command: 'beep' }] }],
    },
    statusLine: { type: 'command', command: 'my-line' },
  };

  test('given settings of the person, when it is connected and taken out, then theirs are as they were, and come first meanwhile', () => {
    const { edit } = file('claude', '.claude/settings.json');
    const connected = edit(JSON.stringify(own), false);
    const json = JSON.parse(connected ?? '') as typeof own;
    expect(json.hooks.PreToolUse).toHaveLength(2);
    expect(json.hooks.PreToolUse[0]).toEqual(own.hooks.PreToolUse[0]);
    expect(json.statusLine).toEqual(own.statusLine);
    expect(JSON.parse(edit(connected, true) ?? '')).toEqual(own);
  });

  test('given a plugin of the person under our name, when it is connected or taken out, then it is refused, and stays', () => {
    const { edit } = file('opencode', '.opencode/plugin/showrunner.js');
    const theirs = 'export const Mine = async () => ({});\n';
    expect(() => edit(theirs, false)).toThrow('somebody else wrote it');
    expect(() => edit('', false)).toThrow('somebody else wrote it');
    expect(edit(theirs, true)).toBe(theirs);
  });

  test('given another server of that file, then it stays', () => {
    const { edit } = file('claude', '.mcp.json');
    const others = { mcpServers: { other: { command: 'x' } } };
    const connected = edit(JSON.stringify(others), false);
    expect(Object.keys((JSON.parse(connected ?? '') as typeof others).mcpServers)).toEqual([
      'other',
      'showrunner',
    ]);
    expect(JSON.parse(edit(connected, true) ?? '')).toEqual(others);
  });

  test('given a tool of the table that is no foreign server’s, then the hooks are asked for it too', () => {
    const text = file('claude', '.claude/settings.json').edit(undefined, false) ?? '';
    const { hooks } = JSON.parse(text) as { hooks: Record<string, { matcher?: string }[]> };
    expect(hooks['PreToolUse']?.[0]?.matcher).toBe('mcp__.*|Agent|Task|WebSearch');
  });

  test('given the hooks around tools are to ask the server, then each field of a payload goes to its tool, a broken one blocks before, and all of it is taken out again', () => {
    const [, settings] = hostFiles('claude', {
      ...place,
      table: { ...place.table, tools: [] },
      overServer: true,
    });
    const text = settings?.edit(undefined, false);
    const { hooks } = JSON.parse(text ?? '') as { hooks: Record<string, { hooks: object[] }[]> };
    const asked = { type: 'mcp_tool', server: 'showrunner', tool: 'answer_hook' };
    expect(hooks['PreToolUse']?.[0]?.hooks).toMatchObject([
      { ...asked, onFailure: 'block', input: { tool_use_id: '${tool_use_id}', tool_input: '${tool_input}' } },
    ]);
    expect(hooks['PostToolUse']?.[0]?.hooks).toMatchObject([asked]);
    expect(hooks['Stop']?.[0]?.hooks).toMatchObject([{ type: 'command' }]);
    expect(settings?.edit(text, false)).toBe(text);
    expect(settings?.edit(text, true)).toBeUndefined();
  });

  test.each([
    'mcp__perplexity__ask',
    'mcp_perplexity_ask',
    'perplexity_ask',
    'mcp__ElevenLabs__text_to_speech',
    'elevenlabs_text_to_speech',
  ])(
    'given the table that connecting begins with, then it has a price for %s, as a host names it',
    (tool) => {
      const directory = temporaryDirectory();
      writeFileSync(join(directory, firstTable.path), firstTable.text);
      expect(priceOf(readHookTable(directory), tool)).toBeDefined();
    },
  );

  test('given a TOML file with comments, then all of it stays around a block of our own', () => {
    const { edit } = file('codex', '.codex/config.toml');
    const theirs = '# mine\nmodel = "gpt-5.2"   # fast\n';
    const connected = edit(theirs, false);
    expect(connected?.startsWith(theirs)).toBe(true);
    expect(edit(connected, false)).toBe(connected);
    expect(edit(connected, true)).toBe(theirs);
  });

  test.each([
    '[mcp_servers.showrunner]\ncommand = "mine"\n',
    'model = "x"\r\n  [ mcp_servers . "showrunner" ] # mine\r\ncommand = "mine"\r\n',
    '[mcp_servers.showrunner.env]\nA = "b"\n',
    '[mcp_servers]\n\'showrunner\' = { command = "mine" }\n',
    '[mcp_servers]\nshowrunner.command = "mine"\n',
    'mcp_servers.showrunner.command = "mine"\n',
    'mcp_servers = { showrunner = { command = "mine" } }\n',
  ])(
    'given a TOML file that has a server of our name, %j, then it is refused with the line, since none may be there twice, and taking out leaves it',
    (theirs) => {
      const { edit } = file('codex', '.codex/config.toml');
      expect(() => edit(theirs, false)).toThrow(/line [1-3] has a server "showrunner" already/);
      expect(edit(theirs, true)).toBe(theirs);
    },
  );

  test('given a TOML file that has other servers, and our name elsewhere, then it is connected', () => {
    const { edit } = file('codex', '.codex/config.toml');
    const theirs =
      '[mcp_servers.showrunner2]\ncommand = "x"\n[mcp_servers]\nother = { command = "y" }\n[profiles.showrunner]\nmodel = "z"\n# [mcp_servers.showrunner]\n';
    expect(edit(edit(theirs, false), false)).toContain(
      `${theirs}# showrunner: begin\n[mcp_servers.showrunner]`,
    );
  });

  test.each(['[]', '{', '{"hooks":3}', '"x"'])(
    'given a file that says %s, then it is refused and not replaced',
    (text) => {
      expect(() => file('claude', '.claude/settings.json').edit(text, false)).toThrow(/object|JSON/);
    },
  );

  const written = { theme: 'dark', hooks: { stop: [{ command: './mine.sh' }] } };
  const four = `${JSON.stringify(written, undefined, 4)}\n`;
  test.each([
    ['in one line', JSON.stringify(written)],
    ['with four spaces', four],
    ['with tabs', JSON.stringify(written, undefined, '\t')],
    ['without a last line', four.trimEnd()],
    ['with a mark of byte order', `\uFEFF${four}`],
    ['with CRLF', four.replaceAll('\n', '\r\n')],
  ])(
    'given JSON written %s, when it is connected and taken out, then it is so to the byte',
    (_name, text) => {
      for (const path of ['.gemini/settings.json', '.cursor/mcp.json', 'opencode.json']) {
        const host = connectHosts.find((each) => path.includes(each)) ?? 'claude';
        const { edit } = file(host, path);
        const connected = edit(text, false);
        expect(connected).not.toBe(text);
        expect(edit(connected, true)).toBe(text);
      }
    },
  );

  test.each(['gemini', 'cursor', 'opencode'] as const)(
    'given comments in the JSON of %s, when it is connected, then it is refused, since they would be lost',
    (host) => {
      for (const { path, edit } of files(host).filter((each) => each.path.endsWith('.json')))
        expect(() => edit('{ "theme": "dark" } // mine\n', false), path).toThrow('it is not JSON');
    },
  );
});
