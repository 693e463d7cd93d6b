import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ProductionError, type SessionId } from '../../machines/index.js';
import type { ArtifactStore, KeptFile } from '../artifacts/index.js';
import { makeDurableDirectory, removeQuietly, writeAll, type Disk } from '../disk/index.js';
import type { ArtifactRef } from './artifact-ref.js';
import { temporaryName, type SeeJournal } from './durable-file.js';
import { seeThatItLiesHere } from './lies-here.js';
import { existingPath } from './session-paths.js';

interface Place {
  store: ArtifactStore;
  disk: Disk;
  directory: string;
  seeJournal: SeeJournal | undefined;
}

/** A session's files and the store that has them a second time: into it before a commit refers to them, out of it where they are missing here. */
export class KeptFiles {
  readonly #on: Place;
  /** What this handle knows the store to have. */
  readonly #known = new Set<string>();

  constructor(place: Place) {
    this.#on = place;
  }

  /** Durable in the store when it resolves. @throws ProductionError `artifacts_unavailable`. */
  async keep(sessionId: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    const { store, disk, directory } = this.#on;
    for (const { path, sha256, bytes } of entries) {
      if (this.#known.has(sha256)) continue;
      const place = existingPath(disk, directory, sessionId, path);
      await this.#asked(sessionId, `keep ${path} in`, () => store.put({ sha256, bytes }, place));
      this.#known.add(sha256);
    }
  }

  /** Brings what is missing here. What is there, altered or not, is left alone. @throws ProductionError `artifacts_unavailable`, `artifact_invalid`. */
  async restore(sessionId: SessionId, entries: readonly ArtifactRef[]): Promise<void> {
    const { disk, directory } = this.#on;
    for (const entry of entries) {
      const target = existingPath(disk, directory, sessionId, entry.path);
      if (!disk.stat(target)) await this.#bring(sessionId, entry, target);
    }
  }

  /** What is wrong with a file that is missing here, as the store has it. Reads the whole of it. @throws ProductionError `artifacts_unavailable`. */
  async differenceOf(sessionId: SessionId, entry: ArtifactRef): Promise<string | undefined> {
    const isWhole = await this.#read(sessionId, entry, () => {});
    const { name } = this.#on.store;
    if (isWhole === undefined) return `${entry.path} is missing, here and in ${name}`;
    return isWhole ? undefined : `${entry.path} is missing here, and altered in ${name}`;
  }

  /** The text of a payload that is missing here; undefined where the store has none that is whole. @throws ProductionError `artifacts_unavailable`. */
  async text(sessionId: SessionId, entry: ArtifactRef): Promise<string | undefined> {
    const taken: Uint8Array[] = [];
    const isWhole = await this.#read(sessionId, entry, (piece) => taken.push(piece));
    return isWhole ? Buffer.concat(taken).toString('utf8') : undefined;
  }

  /** Whether what the store has is what was put there; undefined where it has nothing. */
  #read(
    sessionId: SessionId,
    entry: ArtifactRef,
    take: (piece: Uint8Array) => void,
  ): Promise<boolean | undefined> {
    return this.#asked(sessionId, `read ${entry.path} from`, async () => {
      const pieces = await this.#on.store.get(entry.sha256);
      return pieces && takeWhole(pieces, entry, take);
    });
  }

  async #bring(sessionId: SessionId, entry: ArtifactRef, target: string): Promise<void> {
    const { path, sha256 } = entry;
    const { store, disk, directory, seeJournal } = this.#on;
    const pieces = await this.#asked(sessionId, `fetch ${path} from`, () => store.get(sha256));
    if (!pieces) return;
    makeDurableDirectory(disk, join(directory, sessionId));
    makeDurableDirectory(disk, dirname(target));
    const temporary = temporaryName(target);
    const output = disk.open(temporary, 'create');
    try {
      seeThatItLiesHere(disk, output, temporary);
      seeJournal?.();
      const isWhole = await this.#asked(sessionId, `fetch ${path} from`, () =>
        takeWhole(pieces, entry, (piece) => writeAll(disk, output, piece)),
      );
      if (!isWhole)
        throw new ProductionError(
          'artifact_invalid',
          `${sessionId}: what ${store.name} has as ${sha256}, for ${path}, is not what was put there. Put the file back from a machine that has it, or recover to the phase that makes it.`,
          { sessionId },
        );
      disk.sync(output);
      disk.rename(temporary, target);
      disk.syncDirectory(dirname(target));
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    } finally {
      disk.close(output);
    }
    this.#known.add(sha256);
  }

  async #asked<Result>(sessionId: SessionId, what: string, ask: () => Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ProductionError) throw error;
      throw new ProductionError(
        'artifacts_unavailable',
        `${sessionId}: cannot ${what} ${this.#on.store.name}: ${(error as Error).message}. Nothing was committed; see that it can be reached, and try again.`,
        { sessionId, cause: error },
      );
    }
  }
}

/** Takes what a store gives; false where that is not what was put there. */
async function takeWhole(
  pieces: AsyncIterable<Uint8Array>,
  { sha256, bytes }: KeptFile,
  take: (piece: Uint8Array) => void,
): Promise<boolean> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    // What is longer than it should be is something else, however it goes on.
    if (size > bytes) return false;
    hash.update(piece);
    take(piece);
  }
  return size === bytes && hash.digest('hex') === sha256;
}
