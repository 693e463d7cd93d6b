import { spawn, type ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inside, type Place } from '../support/network.js';

const here = fileURLToPath(new URL('.', import.meta.url));

/** One server of a cluster, in a process of its own. */
export interface Node {
  ingress: string;
  admin: string;
  kill(): void;
  start(): Promise<void>;
}

export interface Cluster {
  nodes: readonly Node[];
  ingress: readonly string[];
  /** Tells the cluster where a worker stands. */
  register(port: number): Promise<void>;
  stop(): void;
}

export interface ClusterPlaces {
  /** More of the environment of each server. */
  settings?: NodeJS.ProcessEnv;
  /** The whole environment of each server, but for its folder and memory, in the place of what it would have here. */
  environments?: readonly NodeJS.ProcessEnv[];
  /** A machine for each node, where it is not this one: workers are then looked for on each node's own loopback. */
  places?: readonly Place[];
  /** A folder for each node. */
  folders?: readonly string[];
  /** Gives the addresses at which nodes find each other, in the place of their own. */
  ways?: (addresses: readonly string[]) => Promise<readonly string[]>;
}

/**
 * Starts Restate on loopback: one node, or three that keep each entry on two. The server (BUSL-1.1) is no part of the package: it is installed here,
 * from this folder's lock file and without its dependencies' scripts, one of which reports home.
 */
export async function startCluster(
  size: 1 | 3,
  { places, folders, ways, settings, environments }: ClusterPlaces = {},
): Promise<Cluster> {
  const binary = installed();
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-restate-'));
  const addresses = Array.from(
    { length: size },
    (_, index) => places?.[index]?.address ?? (size === 1 ? '127.0.0.1' : `127.0.0.${String(11 + index)}`),
  );
  const ports = await Promise.all(
    addresses.map(async (address) => (places ? [5122, 8080, 9070] : await freePorts(address, 3))),
  );
  const own = addresses.map((address, index) => `http://${address}:${String(ports[index]?.[0])}`);
  const fabric = ways ? await ways(own) : own;
  const nodes = addresses.map((address, index) => {
    const [bind = 0, ingress = 0, admin = 0] = ports[index] ?? [];
    const name = `n${String(index + 1)}`;
    const environment = {
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
      RESTATE_NODE_NAME: name,
      RESTATE_CLUSTER_NAME: folder.slice(-6),
      RESTATE_BIND_IP: address,
      RESTATE_BIND_PORT: String(bind),
      RESTATE_INGRESS__BIND_ADDRESS: `${address}:${String(ingress)}`,
      RESTATE_ADMIN__BIND_ADDRESS: `${address}:${String(admin)}`,
      RESTATE_LISTEN_MODE: 'tcp',
      ...settings,
      ...(size > 1 && {
        RESTATE_AUTO_PROVISION: String(index === 0),
        RESTATE_ADVERTISED_ADDRESS: fabric[index],
        RESTATE_METADATA_CLIENT__ADDRESSES: JSON.stringify(fabric),
        RESTATE_DEFAULT_REPLICATION: '2',
      }),
    };
    return new Server(
      inside(places?.[index]?.namespace, binary, []),
      {
        ...(environments?.[index] ?? environment),
        PATH: process.env['PATH'],
        RESTATE_BASE_DIR: folders?.[index] ?? join(folder, name),
        RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '512MB',
      },
      `http://${address}:${String(ingress)}`,
      `http://${address}:${String(admin)}`,
    );
  });
  const stop = (): void => {
    process.off('exit', stop);
    for (const node of nodes) node.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', stop);
  await Promise.all(nodes.map(async (node) => await node.start()));
  return {
    nodes,
    ingress: nodes.map(({ ingress }) => ingress),
    register: async (port) => {
      await untilTrue(async () => {
        const answer = await fetch(`${nodes[0]?.admin ?? ''}/deployments`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ uri: `http://127.0.0.1:${String(port)}`, force: true }),
          signal: AbortSignal.timeout(10_000),
        });
        return answer.ok;
      });
    },
    stop,
  };
}

class Server implements Node {
  #process: ChildProcess | undefined;

  constructor(
    private readonly command: [string, string[]],
    private readonly environment: NodeJS.ProcessEnv,
    readonly ingress: string,
    readonly admin: string,
  ) {}

  async start(): Promise<void> {
    this.#process = spawn(...this.command, {
      env: this.environment,
      stdio: process.env['SHOWRUNNER_RESTATE_OUTPUT'] ? 'inherit' : 'ignore',
    });
    await untilTrue(
      async () => (await fetch(`${this.ingress}/restate/health`, { signal: AbortSignal.timeout(1_000) })).ok,
    );
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }
}

function installed(): string {
  const binary = (): string =>
    join(
      here,
      'node_modules',
      '@restatedev',
      `restate-server-${process.platform}-${process.arch}`,
      'bin',
      'restate-server',
    );
  if (!existsSync(binary())) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: 'ignore' });
  return binary();
}

async function freePorts(host: string, count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(async (server) => await new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilTrue(look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await look().catch(() => false)) return;
    await wait(100);
  }
  throw new Error('Restate is not there after 30 s');
}
