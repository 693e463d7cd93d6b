import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  readFile,
  renameSync,
  unlinkSync,
  type ReadStream,
} from 'node:fs';
import { mkdir, open, realpath, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ProductionError, type PhaseName, type SessionId } from '../../machines/index.js';
import { errorCode, nodeDisk, openPlainFile, plainRefusalTexts, removeQuietly } from '../disk/index.js';
import { existingPath, leftoversIn, sessionPath } from '../documents/index.js';
import type { ArtifactRef, ArtifactWriter } from './port.js';

/** The files of one phase: written under a temporary name, synced, hashed, and only then renamed. */
export class ArtifactFiles {
  readonly #directory: string;
  readonly #sessionId: SessionId;
  readonly #phase: PhaseName;
  /** Throws for a worker that is late. */
  readonly #check: () => void;
  /** Writers that are neither finished nor discarded. */
  readonly #open = new Set<Writer>();
  /** Folders whose entry in their own folder is on disk. */
  readonly #durable = new Set<string>();

  /** Has a finished file kept where other machines find it. */
  readonly #keep: (file: ArtifactRef) => Promise<void>;

  constructor(
    directory: string,
    sessionId: SessionId,
    phase: PhaseName,
    { check, keep }: Pick<WriterEvents, 'check' | 'keep'> = {
      check: () => {},
      keep: () => Promise.resolve(),
    },
  ) {
    this.#check = check;
    this.#keep = keep;
    this.#directory = directory;
    this.#sessionId = sessionId;
    this.#phase = phase;
  }

  /** Removes what killed producers of this phase have left half written. Only for whoever has just taken it over: anybody who still writes there is late. */
  removeLeftovers(): void {
    for (const path of leftoversIn(join(this.#directory, this.#sessionId, this.#phase)))
      removeQuietly(nodeDisk, path);
  }

  async create(name: string): Promise<ArtifactWriter> {
    const path = `${this.#phase}/${name}`;
    if (name === 'checkpoint.json')
      throw refusal(`${path} is the engine's own document; choose another name.`, this.#sessionId);
    const target = this.#resolve(path);
    this.#check();
    this.#seeThatProductionIsThere();
    await mkdir(dirname(target), { recursive: true });
    const temporary = join(dirname(target), `.tmp-${basename(target)}-${randomBytes(6).toString('hex')}`);
    const handle = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o666,
    );
    // The folder may have become a link since it was looked at: nothing is written into a foreign one.
    if (
      (await realpath(temporary)) !==
      join(await realpath(this.#directory), relative(this.#directory, temporary))
    ) {
      await handle.close();
      await unlink(temporary).catch(ignoreMissing);
      throw refusal(`${path} lies behind a link; nothing is written through it.`, this.#sessionId);
    }
    const writer = new Writer(
      handle,
      { temporary, target, path },
      {
        check: this.#check,
        ended: () => this.#open.delete(writer),
        named: () => this.#makeDurable(target),
        keep: this.#keep,
      },
    );
    this.#open.add(writer);
    return writer;
  }

  async writeWhole(name: string, content: Uint8Array | string): Promise<ArtifactRef> {
    const writer = await this.create(name);
    try {
      await writer.write(content);
      return await writer.finish();
    } finally {
      await writer.discard();
    }
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const fd = this.#openForReading(path);
    if (fd === undefined) return undefined;
    try {
      return await readOpen(fd);
    } finally {
      closeSync(fd);
    }
  }

  async stream(path: string): Promise<ReadStream | undefined> {
    const fd = this.#openForReading(path);
    return fd === undefined ? undefined : createReadStream('', { fd });
  }

  async remove(path: string): Promise<void> {
    if (!path.startsWith(`${this.#phase}/`))
      throw refusal(`${path} belongs to another phase than ${this.#phase}.`, this.#sessionId);
    const target = this.#resolve(path);
    this.#check();
    try {
      // In one go with the check: whoever takes over in between would lose a file of his.
      unlinkSync(target);
    } catch (error) {
      ignoreMissing(error);
    }
  }

  /** Throws away what was begun and not finished. */
  async discardUnfinished(): Promise<void> {
    for (const writer of this.#open) await writer.discard();
  }

  #openForReading(path: string): number | undefined {
    const place = existingPath(nodeDisk, this.#directory, this.#sessionId, path, 'artifact');
    const opened = openPlainFile(place, { within: this.#directory });
    if ('fd' in opened) return opened.fd;
    if (opened.refused === 'missing') return undefined;
    throw refusal(`${path} is not read: ${plainRefusalTexts[opened.refused]}.`, this.#sessionId);
  }

  /** A file that is there after a power cut needs its name, and those of all folders above it. */
  #makeDurable(target: string): void {
    const above = relative(this.#directory, dirname(target)).split(sep);
    for (const depth of above.keys()) {
      const parent = join(this.#directory, ...above.slice(0, depth));
      const folder = join(parent, above[depth] ?? '');
      if (!this.#durable.has(folder)) nodeDisk.syncDirectory(parent);
      this.#durable.add(folder);
    }
    nodeDisk.syncDirectory(dirname(target));
  }

  /** Where the production was moved away from, no second one may begin. */
  #seeThatProductionIsThere(): void {
    if (nodeDisk.stat(this.#directory)) return;
    throw new ProductionError(
      'journal_replaced',
      `the production's folder ${this.#directory} is gone: it was moved or removed. Nothing is written in its place. Put it back, or open the production where it is now.`,
      { sessionId: this.#sessionId },
    );
  }

  #resolve(path: string): string {
    return sessionPath(nodeDisk, this.#directory, this.#sessionId, path, 'artifact');
  }
}

interface WriterEvents {
  /** Throws for a worker that is late. */
  check: () => void;
  ended: () => void;
  named: () => void;
  keep: (file: ArtifactRef) => Promise<void>;
}

class Writer implements ArtifactWriter {
  readonly #handle: FileHandle;
  readonly #names: { temporary: string; target: string; path: string };
  readonly #on: WriterEvents;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #ended = false;

  constructor(
    handle: FileHandle,
    names: { temporary: string; target: string; path: string },
    on: WriterEvents,
  ) {
    this.#handle = handle;
    this.#names = names;
    this.#on = on;
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  async finish(): Promise<ArtifactRef> {
    const { temporary, target, path } = this.#names;
    await this.#handle.datasync();
    await this.#end();
    try {
      this.#on.check();
    } catch (error) {
      await unlink(temporary).catch(ignoreMissing);
      throw error;
    }
    // In one go with the check: the name may be another worker's a moment later.
    renameSync(temporary, target);
    this.#on.named();
    const file = { path, sha256: this.#hash.digest('hex'), bytes: this.#bytes };
    // What names it, an operation's result or a checkpoint, is committed after this.
    await this.#on.keep(file);
    return file;
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    await this.#end();
    await unlink(this.#names.temporary).catch(ignoreMissing);
  }

  async #end(): Promise<void> {
    this.#ended = true;
    this.#on.ended();
    await this.#handle.close();
  }
}

function readOpen(fd: number): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    readFile(fd, (error, bytes) => (error ? reject(error) : resolve(bytes))),
  );
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

function refusal(message: string, sessionId: string): ProductionError {
  return new ProductionError('path_refused', `artifact: ${message}`, { field: 'artifact', sessionId });
}
