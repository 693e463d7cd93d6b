import { ProductionError } from '../../machines/index.js';
import { within } from '../disk/index.js';
import { readStudioToken } from './token.js';
import { socketKey } from './socket-key.js';

/** Of the studio and of the relay. */
export const socketPath = '/inspect';
/** Where tickets for it are asked for, by POST. */
export const ticketPath = '/inspect/ticket';

const longestMs = 10_000;

/** Names a running studio or relay. */
export interface InspectionOptions {
  /** The production's. */
  directory: string;
  /** Where `showrunner studio` (4747, the default) or `showrunner inspect` (4748) listens on this machine. */
  port?: number;
}

/**
 * The address that `createWebSocketInspector({ url })` of @statelyai/inspect takes: it opens one connection, within 30 seconds, and has to be asked for
 * anew for the next. Reads the token from the production's folder. Throws `invalid_input` where nobody keeps one or nothing listens.
 */
export async function inspectionAddress({ directory, port = 4747 }: InspectionOptions): Promise<string> {
  const token = readStudioToken(directory);
  if (token === undefined)
    throw refused('directory', `no studio keeps a token in ${directory}: start showrunner studio there`);
  // Whoever took the port of a studio that has ended learns what opens this socket alone.
  const ticket = await within(longestMs, async (signal) => {
    const answer = await fetch(`http://127.0.0.1:${port}${ticketPath}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${socketKey(token)}` },
      redirect: 'error',
      signal,
    });
    const said = await firstBytes(answer);
    return answer.ok ? /^\{"ticket":"([\w-]{43})"\}$/.exec(said)?.[1] : undefined;
  }).catch((cause: unknown) => {
    throw refused('port', `no studio or inspector answers at port ${port} of this machine`, cause);
  });
  if (ticket === undefined)
    throw refused('port', `what answers at port ${port} is no studio or inspector of ${directory}`);
  return `ws://127.0.0.1:${port}${socketPath}?ticket=${ticket}`;
}

/** Whoever answers may be anybody, and go on for ever. */
async function firstBytes({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const { value } = (await reader?.read().catch(() => undefined)) ?? {};
  await reader?.cancel().catch(() => {});
  return Buffer.from(value?.subarray(0, 200) ?? []).toString('latin1');
}

function refused(field: string, text: string, cause?: unknown): ProductionError {
  return new ProductionError('invalid_input', `${field}: ${text}.`, { field, cause });
}
