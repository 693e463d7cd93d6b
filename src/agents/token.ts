import { join } from 'node:path';
import { keptToken, readToken } from '../disk/index.js';

/** In a production's folder. An agent gets it, so it is not the studio's: with that one it could approve. */
export const agentsTokenFile = '.mcp-token';

/** What `showrunner mcp --http` asks for. */
export function agentsToken(directory: string): string {
  return keptToken(join(directory, agentsTokenFile));
}

/** The headers that a host sends; undefined where no server has kept a token yet. */
export function agentsHeaders(directory: string): { Authorization: string } | undefined {
  const token = readToken(join(directory, agentsTokenFile));
  return token === undefined ? undefined : { Authorization: `Bearer ${token}` };
}
