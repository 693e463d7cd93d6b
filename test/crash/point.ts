/** System calls of the engine at which a process can be stopped or hindered. */
export const calls = ['write', 'fdatasync', 'fsync', 'rename', 'link', 'unlink', 'mkdir', 'openat'] as const;
export type Call = (typeof calls)[number];

/** `LIE` is a write that says it wrote everything and wrote nothing. */
export const faults = ['KILL', 'EIO', 'ENOSPC', 'LIE'] as const;
export type Fault = (typeof faults)[number];

/** The n-th such call on the engine's thread, and what becomes of it. */
export interface Point {
  call: Call;
  nth: number;
  fault: Fault;
}

export function pointName({ call, nth, fault }: Point): string {
  return `${call}:${nth}:${fault}`;
}

export function parsePoint(name: string): Point {
  const [call, nth, fault] = name.split(':');
  if (!calls.includes(call as Call) || !faults.includes(fault as Fault) || !(Number(nth) > 0))
    throw new Error(`${name} is not <${calls.join('|')}>:<n>:<${faults.join('|')}>`);
  return { call: call as Call, nth: Number(nth), fault: fault as Fault };
}

/** What strace is told: a killed call is not carried out. */
export function injection({ call, nth, fault }: Point): string {
  const what = fault === 'KILL' ? 'signal=KILL' : fault === 'LIE' ? 'retval=100' : `error=${fault}`;
  return `inject=${call}:${what}:when=${nth}`;
}

/** Which faults a call can have on a real system. */
export function faultsOf(call: Call): Fault[] {
  if (call === 'fdatasync' || call === 'fsync' || call === 'openat')
    return call === 'openat' ? ['KILL', 'EIO'] : ['KILL', 'EIO', 'ENOSPC'];
  if (call === 'unlink') return ['KILL', 'EIO'];
  return ['KILL', 'EIO', 'ENOSPC'];
}
