import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** As oneself where that is permitted (root), else through a sudo that asks for nothing (hosted CI). */
function run(command: string, ...args: string[]): boolean {
  return (
    spawnSync(command, args, { stdio: 'ignore' }).status === 0 ||
    spawnSync('sudo', ['-n', command, ...args], { stdio: 'ignore' }).status === 0
  );
}

function mount(...args: string[]): boolean {
  return run('mount', ...args);
}

/** Whether this process may mount file systems. */
export const mayMount = ((): boolean => {
  const path = mkdtempSync(join(tmpdir(), 'showrunner-mount-'));
  const may = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path);
  if (may) run('umount', path);
  rmSync(path, { recursive: true, force: true });
  return may;
})();

/** A small file system of its own; unmounted when the test is over. */
export function mountSmall(kilobytes: number): { directory: string; readOnly: (on: boolean) => void } {
  const directory = mkdtempSync(join(tmpdir(), 'showrunner-mount-'));
  if (
    !mount(
      '-t',
      'tmpfs',
      '-o',
      `size=${kilobytes}k,mode=700,uid=${process.getuid?.() ?? 0}`,
      'tmpfs',
      directory,
    )
  )
    throw new Error(`cannot mount a small file system at ${directory}: this machine must permit it`);
  onTestFinished(() => {
    run('umount', '-l', directory);
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    directory,
    readOnly(on) {
      if (!mount('-o', `remount,${on ? 'ro' : 'rw'}`, directory))
        throw new Error(`cannot remount ${directory}`);
    },
  };
}
