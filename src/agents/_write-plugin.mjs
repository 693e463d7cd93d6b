// Puts the plugin together: its texts as they are, its server and hooks as `connect claude` would write them.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { pluginFiles } = await import(`${root}dist/src/agents/connect/host-files.js`);
const from = `${root}src/agents`;
const to = `${root}dist/agents`;
rmSync(to, { recursive: true, force: true });
cpSync(`${from}/.claude-plugin`, `${to}/.claude-plugin`, { recursive: true });
cpSync(`${from}/plugin`, `${to}/plugin`, { recursive: true });
cpSync(`${root}LICENSE`, `${to}/plugin/LICENSE`);
mkdirSync(`${to}/plugin/hooks`);
for (const [path, json] of Object.entries(pluginFiles()))
  writeFileSync(`${to}/plugin/${path}`, `${JSON.stringify(json, undefined, 2)}\n`);
