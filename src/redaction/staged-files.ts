import { join } from 'node:path';
import { KnownFiles, filesIn, sha256Of, type FoundFile } from './files.js';
import type { ChangedHashes } from './hashes.js';
import type { SecretText } from './secret-text.js';
import { writeDurably, type StagedFile, type SwitchPlan } from './switch.js';

/** In files that are no larger hashes of other files are looked for. Bytes. */
const largestManifest = 64 * 1024 * 1024;

/** What is to become of a production's files. */
export interface FilePlan extends SwitchPlan {
  /** How often the secret was found in documents, and in what else there is. */
  places: { documents: number; files: number };
  /** Paths that could not be looked into. */
  unread: string[];
}

/** Where files are found, what is taken out of them, and where they are made anew; without a folder nothing is written. */
interface Stage {
  directory: string;
  secret: SecretText;
  hashes: ChangedHashes;
  folder: string | undefined;
}

/** Makes every file that has the secret anew, and what names a file by its hash after it. Documents are only removed: they are made again. */
export class StagedFiles {
  readonly #on: Stage;
  readonly #staged = new Map<string, StagedFile>();
  readonly #known = new KnownFiles();
  /** What each file is, and how often it had the secret when it was looked at last. */
  readonly #found = new Map<string, { kind: FoundFile['kind']; times: number }>();
  readonly #unread = new Set<string>();

  constructor(on: Stage) {
    this.#on = on;
  }

  /** Looks at all files; when it is asked again, at those that are new or may have changed since. */
  look(): FilePlan {
    const { directory, hashes } = this.#on;
    const known = hashes.size;
    for (const file of filesIn(directory, (path) => this.#unread.add(path), this.#known)) this.#count(file);
    if (hashes.size > known) this.#nameAfterHashes();
    return {
      files: [...this.#staged.values()].map((file) => ({ ...file, to: hashes.apply(file.to) })),
      documents: [...this.#found].flatMap(([path, { kind }]) => (kind === 'document' ? [path] : [])),
      places: this.#places,
      unread: [...this.#unread],
    };
  }

  #count(file: FoundFile): void {
    const { secret } = this.#on;
    const before = secret.found;
    this.#stage(file);
    this.#found.set(file.path, { kind: file.kind, times: secret.found - before });
  }

  get #places(): FilePlan['places'] {
    const places = { documents: 0, files: 0 };
    for (const { kind, times } of this.#found.values())
      places[kind === 'document' ? 'documents' : 'files'] += times;
    return places;
  }

  #stage(file: FoundFile): void {
    const { secret, hashes, folder } = this.#on;
    const masked = file.kind === 'payload' ? secret.maskJson(file.bytes) : secret.maskBytes(file.bytes);
    const bytes = hashed(masked, hashes);
    const to = secret.maskText(file.path);
    if (file.kind === 'document' || (bytes.equals(file.bytes) && to === file.path)) return;
    const sha256 = sha256Of(file.bytes);
    hashes.add(sha256, sha256Of(bytes));
    const name = this.#staged.get(file.path)?.staged ?? String(this.#staged.size);
    this.#staged.set(file.path, { from: file.path, to, staged: name, sha256 });
    if (folder !== undefined) writeDurably(join(folder, name), bytes);
  }

  /** A file that names others by their hashes changes with them, and so does its own: until no hash is new. */
  #nameAfterHashes(): void {
    const { directory, secret, hashes } = this.#on;
    const found = secret.found;
    for (let known = -1; known !== hashes.size;) {
      known = hashes.size;
      for (const file of filesIn(directory, () => {})) this.#stage(file);
    }
    secret.found = found;
  }
}

function hashed(bytes: Buffer, hashes: ChangedHashes): Buffer {
  if (hashes.size === 0 || bytes.length > largestManifest) return bytes;
  const text = bytes.toString('latin1');
  const changed = hashes.apply(text);
  return changed === text ? bytes : Buffer.from(changed, 'latin1');
}
