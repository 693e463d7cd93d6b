import { Low, LowSync, type Adapter, type SyncAdapter } from 'lowdb';
import type * as z from 'zod';
import { plainly, type ShapeName } from '../../machines/plain.js';
import type { Disk } from '../disk/index.js';
import {
  replaceFile,
  replaceFileLater,
  unavailable,
  type Durability,
  type SeeJournal,
} from './durable-file.js';
import { readHere } from './lies-here.js';
import { sealed, unseal } from './seal.js';

interface SealedJsonOptions<Document> {
  /** Asked for when a document is not plain. */
  schema: () => z.ZodType<Document>;
  shape?: ShapeName | undefined;
  render?: (document: Document) => string;
  durability?: Durability;
  seeJournal?: SeeJournal | undefined;
}

/** lowdb adapters over one durable, sealed file of one shape: it is read at once, and written in the pace of its durability. */
export class SealedJson<Document> {
  readonly reading: SyncAdapter<Document | null>;
  readonly writing: Adapter<Document>;

  constructor(disk: Disk, path: string, options: SealedJsonOptions<Document>) {
    const { schema, shape, durability = 'synced', seeJournal } = options;
    const render = options.render ?? ((document) => JSON.stringify(document, undefined, 2));
    this.reading = { read: () => readSealed(disk, path, schema, shape), write: () => {} };
    this.writing = {
      read: () => Promise.resolve(readSealed(disk, path, schema, shape)),
      async write(document) {
        const parts = [sealed(render(document))];
        if (durability === 'rebuildable-later') await replaceFileLater(disk, path, parts, seeJournal);
        else replaceFile(disk, path, parts, { durability, seeJournal });
      },
    };
  }
}

/** Null, as lowdb expects, when there is no document that can be trusted: it is missing, torn, edited, or of another shape. */
function readSealed<Document>(
  disk: Disk,
  path: string,
  schema: () => z.ZodType<Document>,
  shape?: ShapeName,
): Document | null {
  try {
    const bytes = readHere(disk, path);
    if (!bytes) return null;
    const content = unseal(bytes);
    if (typeof content !== 'object') return null;
    const { crc32: _checked, ...shown } = content as { crc32?: string };
    const plain = plainly(shape, shown, schema);
    return plain ? (plain as Document) : (schema().safeParse(content).data ?? null);
  } catch (error) {
    throw unavailable(path, error);
  }
}

/** Reads a document through lowdb; undefined when it has to be made again. */
export function readDocument<Document>({ reading }: SealedJson<Document>): Document | undefined {
  const low = new LowSync<Document | null>(reading, null);
  low.read();
  return low.data ?? undefined;
}

/** Writes a document through lowdb. */
export async function writeDocument<Document>(
  { writing }: SealedJson<Document>,
  document: Document,
): Promise<void> {
  const low = new Low<Document>(writing, document);
  await low.write();
}
