import { readAddress, type SecretAddress } from '../disk/secret-address.js';
import { UsageError } from './usage-error.js';

/** Where the log is that carries a production, as `--postgres`, `--restate` or `SHOWRUNNER_URL` says it. */
export type LogAddress = (
  | { on: 'postgres'; url: string }
  /** The ingress of each node. */
  | { on: 'restate'; addresses: readonly string[] }
) & {
  /** Which of the log's productions. */
  production: string;
  /** Passwords in it, as they are written there and as they are. */
  secrets: readonly string[];
};

const usualProduction = 'main';
const forms =
  'postgres://user@host:5432/database#production, or restate+http://node1:8080,node2:8080#production';

/** What was said of the log; an option goes before the variable, and an empty variable is one that is not set. */
export function logAddressOf(
  { postgres, restate }: { postgres?: string | undefined; restate?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): LogAddress | undefined {
  if (postgres !== undefined && restate !== undefined)
    throw new UsageError('--postgres and --restate: a production is on one of them');
  if (postgres !== undefined) return postgresAt(postgres, '--postgres');
  if (restate !== undefined) return restateAt(restate, '--restate');
  const url = environment['SHOWRUNNER_URL'] || undefined;
  return url === undefined ? undefined : parseLogAddress(url, 'SHOWRUNNER_URL');
}

/** An address of either kind. `said` is where it was given, for the error; the address may have a password and is not repeated. */
export function parseLogAddress(text: string, said: string): LogAddress {
  if (/^postgres(?:ql)?:/.test(text)) return postgresAt(text, said);
  if (/^restate\+https?:/.test(text)) return restateAt(text, said);
  throw new UsageError(`${said}: ${forms}`);
}

function postgresAt(text: string, said: string): LogAddress {
  const { address, production } = split(text, said);
  const { url, secrets } = parsed(address, said);
  if (!['postgres:', 'postgresql:'].includes(url.protocol))
    throw new UsageError(`${said}: postgres://user@host:5432/database#production`);
  return { on: 'postgres', url: address, production, secrets };
}

function restateAt(text: string, said: string): LogAddress {
  const { address, production } = split(text.replace(/^restate\+/, ''), said);
  const begin = /^https?:\/\/(?:[^/@]*@)?/.exec(address)?.[0] ?? '';
  const addresses = address
    .split(',')
    .filter((each) => each !== '')
    .map((each) => (each.includes('://') ? each : `${begin}${each}`));
  const read = addresses.map((each) => parsed(each, said));
  if (read.length === 0 || read.some(({ url }) => !/^https?:$/.test(url.protocol) || url.search !== ''))
    throw new UsageError(`${said}: http://node1:8080,http://node2:8080#production`);
  return {
    on: 'restate',
    addresses,
    production,
    secrets: [...new Set(read.flatMap(({ secrets }) => secrets))],
  };
}

function split(text: string, said: string): { address: string; production: string } {
  const [, address = '', named] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const production = named === undefined || named === '' ? usualProduction : decoded(named, said);
  // oxlint-disable-next-line no-control-regex -- Postgres keeps no NUL, and a terminal shows none of the others
  if (production.length > 200 || /[\u0000-\u001f\u007f]/.test(production))
    throw new UsageError(
      `${said}: a production's name has 200 characters at most, and no control characters`,
    );
  return { address, production };
}

/** The address is not repeated: it may have a password. */
function parsed(address: string, said: string): SecretAddress {
  const read = readAddress(address);
  if (read) return read;
  throw new UsageError(
    `${said}: is no address; write ${forms}, with what is special in a password as %23 and the like`,
  );
}

function decoded(text: string, said: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`${said}: is no address: % stands before what is no code`);
  }
}
