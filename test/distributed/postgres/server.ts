import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../support/free-port.js';
import { inside, type Place } from '../support/network.js';

/** A Postgres of a test's own, on a free port of this machine. */
export interface PostgresServer {
  url: string;
  /** Ends all of its processes at once, as a power cut would. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

const programs = '/usr/lib/postgresql/15/bin';

/** Postgres refuses to run as root: then it runs as the user that Debian's package has made. */
function otherUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

export interface PostgresPlace {
  /** Where its folder is made. */
  parent?: string;
  /** The machine of a network that it runs on. */
  place?: Place;
  /** More settings, such as `fsync=off`. */
  settings?: readonly string[];
}

/** Starts Debian's Postgres 15 in a folder of its own. */
export async function startPostgres({
  parent,
  place,
  settings = [],
}: PostgresPlace = {}): Promise<PostgresServer> {
  if (!existsSync(programs)) throw new Error('Postgres 15 is not installed: apt-get install postgresql-15');
  const folder = mkdtempSync(join(parent ?? tmpdir(), 'showrunner-postgres-'));
  chmodSync(folder, 0o700);
  const user = otherUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(
    `${programs}/initdb`,
    ['-D', data, '-U', 'showrunner', '--auth=trust', ...(parent === undefined ? ['--no-sync'] : [])],
    {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  if (place) appendFileSync(join(data, 'pg_hba.conf'), 'host all all 10.0.0.0/8 trust\n');
  const port = await freePort();
  const address = place?.address ?? '127.0.0.1';
  const url = `postgres://showrunner@${address}:${port}/postgres`;
  const isReady = (): boolean => {
    try {
      execFileSync(`${programs}/pg_isready`, ['-h', address, '-p', String(port)], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    const own = settings.flatMap((setting) => ['-c', setting]);
    const listen = `listen_addresses=${address}`;
    const args = ['-D', data, '-p', String(port), '-c', listen, '-k', folder, ...own];
    // Root alone enters a namespace.
    server = place
      ? spawn(
          ...inside(place.namespace, 'setpriv', [
            `--reuid=${user?.uid ?? 0}`,
            `--regid=${user?.gid ?? 0}`,
            '--clear-groups',
            `${programs}/postgres`,
            ...args,
          ]),
          { cwd: folder, stdio: 'ignore' },
        )
      : spawn(`${programs}/postgres`, args, { ...user, cwd: folder, stdio: 'ignore' });
    while (!isReady()) {
      if (server.exitCode !== null) throw new Error(`Postgres ended with ${server.exitCode}`);
      await wait(50);
    }
  };
  const endBy = async (end: () => void): Promise<void> => {
    const ended = once(server, 'exit');
    end();
    await ended;
  };
  await start();
  return {
    url,
    start,
    kill: () =>
      endBy(() => {
        // Its children first: they would end themselves when they find that it is gone, in their own way.
        const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
        server.kill('SIGSTOP');
        for (const pid of children.split(' ').filter((each) => each !== '')) killQuietly(Number(pid));
        server.kill('SIGKILL');
      }),
    async stop() {
      await endBy(() => server.kill('SIGINT'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
