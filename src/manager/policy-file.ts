import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ProductionError, statedIn } from '../../machines/index.js';
import { decodeJson, plainRefusalTexts, readPlainFile } from '../disk/index.js';

const lookMs = 1000;
const largestFile = 1024 * 1024;

/** `policy.json` in a production's directory, in which a person may write the policy. No link is followed: who may write the folder would have others' files read. */
export class PolicyFile {
  readonly path: string;
  #mark: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.path = join(directory, 'policy.json');
    this.#mark = this.#look();
  }

  /**
   * What it says; undefined where there is none.
   * @throws ProductionError `invalid_input`, when it cannot be read or is not JSON.
   */
  read(): unknown {
    const read = readPlainFile(this.path, { largest: largestFile });
    if ('refused' in read) {
      if (read.refused === 'missing') return undefined;
      throw this.#unreadable(
        `${plainRefusalTexts[read.refused]}${read.refused === 'link' ? ', and is not followed: name its target with --policy <file>, or copy it' : ''}`,
      );
    }
    try {
      return decodeJson(read.bytes);
    } catch (error) {
      throw this.#unreadable((error as Error).message, error);
    }
  }

  /** @throws ProductionError `invalid_input`, when it is there and no policy. */
  check(): void {
    const input = this.read();
    if (input !== undefined) statedIn(input);
  }

  /** Calls back when it has become another one, until {@link unwatch}; keeps no process alive. */
  watch(onChange: () => void): void {
    this.#timer = setInterval(() => {
      const mark = this.#look();
      if (mark === this.#mark) return;
      this.#mark = mark;
      onChange();
    }, lookMs);
    this.#timer.unref();
  }

  unwatch(): void {
    clearInterval(this.#timer);
  }

  #unreadable(why: string, cause?: unknown): ProductionError {
    return new ProductionError(
      'invalid_input',
      `policy: ${this.path} cannot be read as JSON: ${why}. Mend the file, or move it away; until then the policy stays as it is.`,
      { field: 'policy', cause },
    );
  }

  #look(): string {
    try {
      const { ino, size, mtimeMs } = lstatSync(this.path);
      return `${ino}:${size}:${mtimeMs}`;
    } catch {
      return '';
    }
  }
}
