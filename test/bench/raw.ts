import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from './measure.js';

/** The least that durability costs: append bytes to a file, and sync. Gives milliseconds per append. */
export class RawAppends {
  readonly #fd: number;

  constructor(folder: string) {
    this.#fd = openSync(join(folder, `raw-${process.hrtime.bigint()}.bin`), 'a');
  }

  async run(count: number, bytes: number): Promise<number> {
    const line = Buffer.alloc(bytes, 'x');
    const took = await timed(() => {
      for (let done = 0; done < count; done += 1) {
        writeSync(this.#fd, line);
        fdatasyncSync(this.#fd);
      }
    });
    return took / count;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
