import { join } from 'node:path';
import { filesIn, sha256Of, type FoundFile } from './files.js';
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

/**
 * Makes every file that has the secret anew in a folder, and what names a file by its hash after it. Without a folder nothing is written.
 * Documents are only removed: they are made again.
 */
export function stageFiles(
  directory: string,
  secret: SecretText,
  hashes: ChangedHashes,
  folder: string | undefined,
): FilePlan {
  const plan: FilePlan = { files: [], documents: [], places: { documents: 0, files: 0 }, unread: [] };
  const staged = new Map<string, StagedFile>();
  const look = (file: FoundFile): void => {
    const before = secret.found;
    const { places } = plan;
    const masked = file.kind === 'payload' ? secret.maskJson(file.bytes) : secret.maskBytes(file.bytes);
    const bytes = hashed(masked, hashes);
    const to = secret.maskText(file.path);
    if (file.kind === 'document') {
      places.documents += secret.found - before;
      plan.documents.push(file.path);
      return;
    }
    places.files += secret.found - before;
    if (bytes.equals(file.bytes) && to === file.path) return;
    const sha256 = sha256Of(file.bytes);
    hashes.add(sha256, sha256Of(bytes));
    const name = staged.get(file.path)?.staged ?? String(staged.size);
    staged.set(file.path, { from: file.path, to, staged: name, sha256 });
    if (folder !== undefined) writeDurably(join(folder, name), bytes);
  };
  for (const file of filesIn(directory, (path) => plan.unread.push(path))) look(file);
  nameAfterHashes(directory, secret, hashes, look, plan);
  plan.files = [...staged.values()].map((file) => ({ ...file, to: hashes.apply(file.to) }));
  return plan;
}

/** A file that names others by their hashes changes with them, and so does its own: until no hash is new. */
function nameAfterHashes(
  directory: string,
  secret: SecretText,
  hashes: ChangedHashes,
  look: (file: FoundFile) => void,
  plan: FilePlan,
): void {
  const { documents, places } = plan;
  const found = secret.found;
  for (let known = -1; known !== hashes.size;) {
    known = hashes.size;
    plan.documents = [];
    plan.places = { documents: 0, files: 0 };
    for (const file of filesIn(directory, () => {})) look(file);
  }
  secret.found = found;
  plan.documents = documents;
  plan.places = places;
}

function hashed(bytes: Buffer, hashes: ChangedHashes): Buffer {
  if (hashes.size === 0 || bytes.length > largestManifest) return bytes;
  const text = bytes.toString('latin1');
  const changed = hashes.apply(text);
  return changed === text ? bytes : Buffer.from(changed, 'latin1');
}
