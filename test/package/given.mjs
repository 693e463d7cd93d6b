// What the pages take for granted, and what of them is not run, and why. Each row has to fit something on its page.

/** What readers have in their folder. */
export const samples = {
  'crew.mjs': `import { defineCrew } from 'showrunner';
export default defineCrew({
  research: ({ operation }) => operation('query', { key: 'q1', maxCost: '0.50' }, async () => ({ result: 'notes', cost: '0.15' })),
  script: async ({ writeArtifact }) => writeArtifact('script.json', '{}'),
  audio: async () => null,
});
`,
  'tell.mjs': '#!/usr/bin/env node\nprocess.stdin.resume();\n',
  'topics.txt': 'Why bees dance\nWhy wasps do not\n',
  'answer.json': '{"notes": ["Bees dance."]}\n',
  'secret.txt': 'a-key-that-got-in-4711\n',
  'state.json': '{}\n',
  'notes.md': 'Bees dance to tell where flowers are.\n',
};

/** What stands for the words that a reader fills in. */
export const filled = [
  [/<episode>|\[episode\]/g, '1'],
  [/<key>/g, 'q1'],
  [/<json\|file>/g, 'answer.json'],
  [/"…"/g, '"because"'],
  [/<command>/g, 'list'],
  [/<host>/g, 'claude'],
  [/<folder>/g, 'notes.md'],
  [/<module>/g, './crew.mjs'],
  [/<path> <value>/g, 'dailyCap 20.00'],
  [/<state\.json>/g, 'state.json'],
  [/<path>|<file>/g, 'notes.md'],
  [/<position>/g, '0'],
  [/<checkpoint>/g, 'research_complete'],
  [/\b(\w+)(?:\|\w+)+/g, '$1'],
];

const opened = `import { ProductionStateManager, defineCrew } from 'showrunner';
const manager = await ProductionStateManager.open({ directory: 'production' });
const crew = defineCrew({ research: async () => null, script: async () => null, audio: async () => null });
`;
const closed = 'await manager.close();\n';

/**
 * Per page: `first` is typed before it; `rows` are of blocks and commands that have the text: `save` as a file and `typed` lines, `before` and `after` a
 * program's lines, `exit` another than 0, `why` it is not run.
 */
export const pages = {
  'README.md': {
    rows: [
      ['Reading the sources', { why: 'what npm start printed: compared in the main job' }],
      ['production at a glance', { why: 'what npm start left on the disk: compared in the main job' }],
    ],
  },
  'docs/SECURITY.md': { first: ['showrunner create --topic "Bees a-key-that-got-in-4711"'] },
  'docs/paid-crew.md': {
    rows: [
      ...[
        'npm install showrunner @ai-sdk',
        'export ANTHROPIC',
        'preflight --minutes',
        'estimate --minutes',
        'produce --crew studio',
      ].map((text) => [text, { why: 'needs keys, and packages that are optional' }]),
      ['"research_max_cost"', { save: 'crew.json' }],
      ["from '@ai-sdk/anthropic'", { why: 'needs keys, and packages that are optional' }],
    ],
  },
  'docs/agents.md': {
    // The token that `mcp --headers` prints.
    first: ['showrunner mcp --http'],
    rows: [['mcpServers', { save: 'host.json', typed: ['node run-server.mjs'] }]],
    files: {
      'run-server.mjs': `import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
const { command, args } = JSON.parse(readFileSync('host.json', 'utf8')).mcpServers.showrunner;
const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } } };
const said = execFileSync(command, args, { input: JSON.stringify(hello) + '\\n', encoding: 'utf8' });
if (JSON.parse(said.split('\\n')[0]).result.serverInfo.name !== 'showrunner') throw new Error(said);
`,
    },
  },
  'docs/command-line.md': {
    rows: [
      [
        '"timeZone": "UTC"',
        {
          save: 'policy.json',
          typed: [
            'showrunner --directory other create --topic Bees --policy policy.json',
            'showrunner --directory other policy',
          ],
        },
      ],
      ['showrunner cost 1 script rewrite 7', { exit: 5 }],
      ['showrunner reset', { exit: 2 }],
      ['restate serve', { why: 'serves until Ctrl-C, with an SDK that is optional: test/distributed' }],
      ['restate entrust', { why: 'needs a Restate server: test/distributed' }],
      ['edit 1 script/script.json', { why: 'the episode of this page has no such file: test/cli edits one' }],
    ],
  },
  'docs/crews.md': { rows: [['export default defineCrew', { save: 'my-crew.mjs' }]] },
  'docs/embedding.md': {
    rows: [
      ['approvals: [', { after: closed }],
      ['const { outcome, reason }', { before: opened, after: closed }],
      [
        'mail(',
        {
          before: "import { ProductionStateManager } from 'showrunner';\nconst mail = () => {};\n",
          after: closed,
        },
      ],
      ["'budget:warning'", { before: `${opened}const isNight = () => false;\n`, after: closed }],
    ],
  },
  'docs/file-formats.md': {
    rows: [
      ['state.json                     ', { why: 'a tree of files, not a command' }],
      ['"previous":"5d1c0a9e"', { why: 'a line of the journal, shortened' }],
    ],
  },
  'docs/hooks.md': {
    rows: [
      [
        '"enforce": "deny"',
        {
          save: 'production/hooks.json',
          typed: [
            'echo \'{"hook_event_name":"PreToolUse","session_id":"s","cwd":".","tool_name":"mcp__perplexity__ask","tool_input":{},"tool_use_id":"t1"}\' | showrunner hook',
            'showrunner doctor',
          ],
        },
      ],
    ],
  },
  'docs/import.md': {
    files: {
      'old/state.json':
        '{"active_episodes": {"ep_011_20240506_070809": {"topic": "Why wasps do not"}}, "total_cost": 1.5}',
      'old/episode_12/status.json':
        '{"episode": 12, "title": "Why bees dance", "status": "completed", "created_at": "2024-05-06T07:08:09Z"}',
    },
  },
  'docs/inspect.md': {
    first: ['showrunner create --topic "Why bees dance"'],
    rows: [
      [
        'createWebSocketInspector({',
        { why: "needs another package, and the token of a server's start: test/inspect" },
      ],
    ],
  },
  'docs/studio.md': {
    rows: [
      [
        'createWebSocketInspector({',
        { why: "needs another package, and the token of a server's start: test/browser" },
      ],
    ],
  },
  'docs/metering.md': {
    rows: [
      ['export function maxCost', { save: 'prices.mjs' }],
      ...["from '@langchain/langgraph'", "from '@mastra/core/agent'", 'chat/completions'].map((text) => [
        text,
        { why: 'a worker with packages of its own, run as it stands: test/examples' },
      ]),
    ],
  },
  'docs/distributed.md': {
    rows: [
      ['npm install pg', { why: 'another package’s install' }],
      ['npm install aws4fetch', { why: 'another package’s install' }],
      [
        'showrunner restate serve',
        { why: 'serves until Ctrl-C, with an SDK that is optional: test/distributed' },
      ],
      ['new PostgresLog', { why: 'needs a Postgres server: test/distributed' }],
      ['showrunner export --into', { why: 'needs a Postgres server: test/distributed' }],
      ['showrunner import <folder>', { why: 'needs a Postgres server: test/distributed' }],
      ['showrunner export --apart', { why: 'needs a Postgres server: test/distributed' }],
      ['RESTATE_ADMIN_URL', { why: 'needs a Restate server: test/distributed' }],
      ['export SHOWRUNNER_URL', { why: 'needs a Postgres server: test/distributed' }],
    ],
  },
  'docs/distributed/restate.md': {
    rows: [
      [
        'showrunner restate serve',
        { why: 'serves until Ctrl-C, with an SDK that is optional: test/distributed' },
      ],
      ['showrunner work', { why: 'works until Ctrl-C: test/crew' }],
      ['new RestateLog', { why: 'needs a Restate server: test/distributed' }],
      ['serveRestate(', { why: 'needs a Restate server: test/distributed' }],
    ],
  },
  'docs/telemetry.md': {
    first: ['showrunner create --topic "Why bees dance"'],
    rows: [
      [
        'showrunner webhook test hook_1a2b3c',
        { why: 'would call a foreign host: test/telemetry does it on loopback' },
      ],
      [
        'showrunner webhook deliver  ',
        { why: 'would call a foreign host: test/telemetry does it on loopback' },
      ],
      ['"specversion"', { why: 'what a receiver gets: test/telemetry' }],
      ['scrape_configs', { why: "another program's configuration" }],
      ['instrument(manager)', { before: opened, after: closed }],
    ],
  },
  'docs/decisions/what-is-installed.md': {
    rows: [['npm install --omit=optional showrunner', { why: 'the package is not in a registry yet' }]],
  },
};
