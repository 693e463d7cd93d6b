import { nodeDisk, type Disk } from '../../src/disk/index.js';

/** What a faulty call does: fails with a code, or, for a write, writes only a part. */
export type Fault = 'ENOSPC' | 'EIO' | 'EROFS' | 'short';

export interface FaultyDisk extends Disk {
  /** How many calls have been counted. */
  readonly calls: number;
  /** The call that failed: `write /path`. */
  readonly failed: string | undefined;
}

const changing = new Set<keyof Disk>([
  'open',
  'write',
  'sync',
  'syncLater',
  'syncDirectory',
  'link',
  'rename',
  'renameLater',
  'makeDirectory',
]);
const reading = new Set<keyof Disk>([
  'open',
  'read',
  'size',
  'statOpen',
  'list',
  'stat',
  'readFile',
  'sync',
  'syncDirectory',
]);

/** What a kind of fault can happen to. */
function applies(fault: Fault, method: keyof Disk, args: readonly unknown[]): boolean {
  if (fault === 'short') return method === 'write';
  if (fault === 'ENOSPC')
    return (
      method === 'write' ||
      method === 'link' ||
      method === 'rename' ||
      method === 'renameLater' ||
      method === 'makeDirectory' ||
      (method === 'open' && args[1] === 'create')
    );
  if (fault === 'EROFS') return changing.has(method) && !(method === 'open' && args[1] === 'read');
  return changing.has(method) || reading.has(method);
}

/** The real disk, whose n-th call that `fault` can happen to fails; with `lasting`, all after it as well. */
export function faultyDisk(fault: Fault, nth: number, lasting = false): FaultyDisk {
  let calls = 0;
  let failed: string | undefined;
  const wrap = (method: keyof Disk) => {
    const original = nodeDisk[method] as (...args: unknown[]) => unknown;
    return (...args: unknown[]): unknown => {
      if (!applies(fault, method, args)) return original(...args);
      calls += 1;
      if (calls !== nth && !(lasting && calls > nth)) return original(...args);
      failed ??= `${method} ${String(args[0])}`;
      if (fault === 'short')
        return original(
          args[0],
          (args[1] as Uint8Array).subarray(0, Math.floor((args[1] as Uint8Array).length / 2)),
        );
      const error = Object.assign(new Error(`${fault}: injected at call ${calls}, ${method}`), {
        code: fault,
        syscall: method,
      });
      if (method === 'syncLater' || method === 'renameLater') return Promise.reject(error);
      throw error;
    };
  };
  const methods = Object.keys(nodeDisk) as (keyof Disk)[];
  const wrapped = Object.fromEntries(
    methods.map((method) => [
      method,
      method === 'watch' || method === 'close' ? nodeDisk[method] : wrap(method),
    ]),
  ) as unknown as Disk;
  return Object.defineProperties(wrapped, {
    calls: { get: () => calls },
    failed: { get: () => failed },
  }) as FaultyDisk;
}
