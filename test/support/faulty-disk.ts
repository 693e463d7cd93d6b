import { nodeDisk, type Disk, type Redo } from '../../src/disk/index.js';

/** What a faulty call does: fails with a code, or, for a write, writes only a part. */
export type Fault = 'ENOSPC' | 'EIO' | 'EROFS' | 'short';

export interface FaultyDisk extends Disk {
  /** How many calls have been counted. */
  readonly calls: number;
  /** The call that failed: `write /path`. */
  readonly failed: string | undefined;
}

type Method = keyof Disk | 'redo.open' | 'redo.write';

const changing = new Set<Method>([
  'open',
  'write',
  'redo.open',
  'redo.write',
  'sync',
  'syncLater',
  'syncDirectory',
  'link',
  'rename',
  'renameLater',
  'makeDirectory',
]);
const reading = new Set<Method>([
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
function applies(fault: Fault, method: Method, args: readonly unknown[]): boolean {
  if (fault === 'short') return method === 'write';
  if (fault === 'ENOSPC')
    return (
      method === 'write' ||
      method === 'redo.write' ||
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
  const wrap = (method: Method, original: (...args: unknown[]) => unknown) => {
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
  const { redo, ...methods } = nodeDisk;
  const wrapped = Object.fromEntries(
    Object.entries(methods).map(([method, original]) => [
      method,
      method === 'watch' || method === 'close'
        ? original
        : wrap(method as keyof Disk, original as (...args: unknown[]) => unknown),
    ]),
  ) as unknown as Disk;
  if (redo)
    wrapped.redo = {
      ...redo,
      open: wrap('redo.open', redo.open as (...args: unknown[]) => unknown) as Redo['open'],
      write: wrap('redo.write', redo.write as (...args: unknown[]) => unknown),
    };
  return Object.defineProperties(wrapped, {
    calls: { get: () => calls },
    failed: { get: () => failed },
  }) as FaultyDisk;
}
