import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { mayMount } from '../../support/mount.js';

/** Whether this process may mount an XFS of its own and cut it off (root and xfsprogs). */
export const mayCutPower = mayMount && spawnSync('mkfs.xfs', ['-V'], { stdio: 'ignore' }).status === 0;
if (!mayCutPower) console.warn('not tried: this process may not mount an XFS (root and xfsprogs)');

/** A disk that loses its power: an XFS, or an ext4, of its own in a file. */
export class Volume {
  readonly directory: string;
  readonly #image: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'showrunner-volume-'));
  readonly #remove = (): void => this.remove();

  constructor(system: 'xfs' | 'ext4' = 'xfs') {
    this.directory = join(this.#folder, 'disk');
    this.#image = join(this.#folder, 'image');
    writeFileSync(this.#image, '');
    truncateSync(this.#image, 2 ** 30);
    mkdirSync(this.directory);
    // Postgres runs as another user.
    chmodSync(this.#folder, 0o755);
    execFileSync(`mkfs.${system}`, ['-q', this.#image]);
    process.on('exit', this.#remove);
    this.#mount();
    chmodSync(this.directory, 0o755);
  }

  #mount(): void {
    execFileSync('mount', ['-o', 'loop', this.#image, this.directory]);
  }

  /** From one moment on nothing reaches the disk any more, the file system's own log included: what was not made durable before is lost. */
  cut(): void {
    execFileSync('xfs_io', ['-x', '-c', 'shutdown', this.directory]);
  }

  /** Gives the disk back as it was when it was cut. Nobody may have a file of it open. */
  async restore(): Promise<void> {
    while (spawnSync('umount', [this.directory], { stdio: 'ignore' }).status !== 0) await wait(50);
    this.#mount();
  }

  remove(): void {
    process.off('exit', this.#remove);
    spawnSync('umount', ['-l', this.directory], { stdio: 'ignore' });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
