import { crc32 } from 'node:zlib';
import { Low, type Adapter } from 'lowdb';
import type { Disk } from '../disk/index.js';
import { replaceFile, unavailable, type Durability } from './durable-file.js';

const seal = /,\n {2}"crc32": "([0-9a-f]{8})"\n\}\n$/;
const sealLength = ',\n  "crc32": "00000000"\n}\n'.length;

/** A JSON object as a document of ours: readable, and ending in a checksum over all before it, so that readers can trust it unparsed. */
export function sealText(json: string): string {
  // `{…\n}` becomes `{…,\n  "crc32": "…"\n}\n`.
  const body = json.slice(0, json.lastIndexOf('\n}'));
  return `${body},\n  "crc32": "${checksum(Buffer.from(body))}"\n}\n`;
}

/** The object in a document's bytes; undefined when it is torn, edited, or not one of ours, and has to be rebuilt. */
export function unseal(bytes: Buffer): unknown {
  const body = bytes.subarray(0, Math.max(0, bytes.length - sealLength));
  const found = seal.exec(bytes.toString('latin1', body.length));
  if (!found || checksum(body) !== found[1]) return undefined;
  return JSON.parse(bytes.toString('utf8')) as unknown;
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/** A lowdb adapter over one durable, sealed file. */
export class SealedJson<Document> implements Adapter<Document> {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #render: (document: Document) => string;
  readonly #durability: Durability;

  constructor(disk: Disk, path: string, options: { render?: (document: Document) => string; durability?: Durability } = {}) {
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

  write(document: Document): Promise<void> {
    return Promise.resolve().then(() => replaceFile(this.#disk, this.#path, [Buffer.from(sealText(this.#render(document)))], this.#durability));
  }
}

/** Writes a document through lowdb. */
export async function writeDocument<Document>(adapter: SealedJson<Document>, document: Document): Promise<void> {
  const low = new Low<Document>(adapter, document);
  await low.write();
}
