import { typedNumber } from './number-of.js';
import { UsageError } from './usage-error.js';

/** Where `mcp --http` listens when nobody says otherwise, and where `connect --http` looks for it. */
export const mcpPort = 4748;

/** `--port`, or the usual one. */
export function portOption(given: string | boolean | undefined, usual: number): number {
  if (typeof given !== 'string') return usual;
  const port = typedNumber(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError('--port: a whole number from 0 to 65535; 0 takes any free one');
}

/** Starts a server; a port that cannot be had is the caller's to change. */
export async function whenListening<Server>(start: () => Promise<Server>): Promise<Server> {
  try {
    return await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new UsageError(
        '--port: the port is taken, perhaps by another showrunner; name another, or 0 for any free one',
      );
    if (code === 'EACCES')
      throw new UsageError(
        '--port: this user may not listen there; name one above 1023, or 0 for any free one',
      );
    throw error;
  }
}
