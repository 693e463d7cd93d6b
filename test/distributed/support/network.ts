import { execFileSync, spawnSync } from 'node:child_process';

/** A machine of the network: a network namespace, with an address that all others and this process reach. */
export interface Place {
  namespace: string;
  address: string;
}

/** Whether this process may make network namespaces, which takes root and `ip` (iproute2). */
export const mayMakeNetworks = ((): boolean => {
  const name = `showrunner-${process.pid}`;
  const may = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' }).status === 0;
  if (may) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  else console.warn('not tried: this process may not make network namespaces (root and iproute2)');
  return may;
})();

const nobody = '02:00:00:00:00:99';

function ip(line: string): void {
  execFileSync('ip', line.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The command that runs another one in a machine of the network, in the same process. */
export function inside(
  namespace: string | undefined,
  command: string,
  args: readonly string[],
): [string, string[]] {
  return namespace === undefined
    ? [command, [...args]]
    : ['ip', ['netns', 'exec', namespace, command, ...args]];
}

let networks = 0;

/** Machines on one switch. What cannot pass is dropped, and nobody is told. */
export class Network {
  readonly places: readonly Place[];
  readonly #bridge: string;
  readonly #remove = (): void => this.remove();

  constructor(size: number) {
    networks += 1;
    const name = `sr${process.pid % 100_000}${String.fromCodePoint(96 + networks)}`;
    const subnet = `10.${200 + networks}.${process.pid % 250}`;
    this.#bridge = name;
    this.places = Array.from({ length: size }, (_, index) => ({
      namespace: `${name}${index}`,
      address: `${subnet}.${11 + index}`,
    }));
    process.on('exit', this.#remove);
    ip(`link add ${name} type bridge`);
    ip(`addr add ${subnet}.1/24 dev ${name}`);
    ip(`link set ${name} up`);
    for (const { namespace, address } of this.places) {
      ip(`netns add ${namespace}`);
      ip(`link add ${namespace} type veth peer name eth0 netns ${namespace}`);
      ip(`link set ${namespace} master ${name} up`);
      ip(`-n ${namespace} addr add ${address}/24 dev eth0`);
      ip(`-n ${namespace} link set eth0 up`);
      ip(`-n ${namespace} link set lo up`);
    }
  }

  /** Pulls a machine's plug. */
  cut({ namespace }: Place): void {
    ip(`link set ${namespace} down`);
  }

  /** What one machine sends to another is lost; what that one sends is not. */
  cutOneWay(from: Place, to: Place): void {
    ip(`-n ${from.namespace} neigh replace ${to.address} lladdr ${nobody} nud permanent dev eth0`);
  }

  heal(): void {
    for (const { namespace } of this.places) {
      ip(`link set ${namespace} up`);
      // What had another's wrong address asks for it again.
      ip(`-n ${namespace} neigh flush nud permanent dev eth0`);
    }
  }

  remove(): void {
    process.off('exit', this.#remove);
    for (const { namespace } of this.places)
      spawnSync('ip', ['netns', 'del', namespace], { stdio: 'ignore' });
    spawnSync('ip', ['link', 'del', this.#bridge], { stdio: 'ignore' });
  }
}
