import { Low, type Adapter } from 'lowdb';
import type { Disk } from '../disk/index.js';
import { replaceFile, replaceFileLater, unavailable, type Durability } from './durable-file.js';
import { sealText, unseal } from './seal.js';

/** A lowdb adapter over one durable, sealed file. */
export class SealedJson<Document> implements Adapter<Document> {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #render: (document: Document) => string;
  readonly #durability: Durability;

  constructor(
    disk: Disk,
    path: string,
    options: { render?: (document: Document) => string; durability?: Durability } = {},
  ) {
    this.#disk = disk;
    this.#path = path;
    this.#render = options.render ?? ((document) => JSON.stringify(document, undefined, 2));
    this.#durability = options.durability ?? 'synced';
  }

  /** Null, as lowdb expects, when there is no document that can be trusted. */
  read(): Promise<Document | null> {
    return Promise.resolve(this.readNow() ?? null);
  }

  readNow(): Document | undefined {
    try {
      const bytes = this.#disk.readFile(this.#path);
      return bytes && (unseal(bytes) as Document | undefined);
    } catch (error) {
      throw unavailable(this.#path, error);
    }
  }

  async write(document: Document): Promise<void> {
    const parts = [Buffer.from(sealText(this.#render(document)))];
    if (this.#durability === 'rebuildable-later') await replaceFileLater(this.#disk, this.#path, parts);
    else replaceFile(this.#disk, this.#path, parts, this.#durability);
  }
}

/** Writes a document through lowdb. */
export async function writeDocument<Document>(
  adapter: SealedJson<Document>,
  document: Document,
): Promise<void> {
  const low = new Low<Document>(adapter, document);
  await low.write();
}
