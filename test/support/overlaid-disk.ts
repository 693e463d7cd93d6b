import type { MemoryDisk } from '../../src/testing/index.js';

/** A disk in memory as one handle sees it: some of its calls do something else. Others may use the disk below. */
export function overlaid(disk: MemoryDisk, own: Partial<MemoryDisk>): MemoryDisk {
  return new Proxy(disk, {
    get(target, name) {
      const member: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(target) : member;
    },
  });
}
