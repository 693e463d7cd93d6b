import { tools } from '../tools.js';
import type { HookCall } from './hook-call.js';
import { priceOf, type HookTable } from './hook-table.js';

type Named = Pick<HookCall, 'host' | 'tool'>;

const names: ReadonlySet<string> = new Set(tools.map(({ name }) => name));
const ofServer = /^(?:mcp_{1,2})?showrunner_{1,2}([a-z_]{1,40})$/i;

/** Our own tools keep their own books. Where a host names no server, as Cursor does, a tool that has a price is somebody else's. */
export function isOwnTool({ host, tool }: Named, table: HookTable | undefined): boolean {
  if (/^mcp__(?:plugin_showrunner_)?showrunner__/i.test(tool)) return true;
  if (host === 'claude' || host === 'codex') return false;
  const named = ofServer.exec(tool)?.[1]?.toLowerCase();
  if (named !== undefined && names.has(named)) return true;
  return names.has(tool) && (!table || priceOf(table, tool) === undefined);
}

/** Whether a tool may be of a foreign server, as its host names those: without a table nobody knows what it costs. */
export function mayBeForeign({ host, tool }: Named): boolean {
  // OpenCode's own tools have names of one word, and Cursor asks about servers' tools alone.
  if (host === 'opencode') return tool.includes('_');
  return host === 'cursor' ? tool !== '' : /^mcp_|__/i.test(tool);
}
