import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream, realpathSync } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, nodeDisk, openPlainFile, plainRefusalTexts } from '../disk/index.js';
import type { ArtifactStore, KeptFile } from './artifact-store.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const nameForm = /^[0-9a-f]{64}$/;

/**
 * A store in a folder that several machines share (NFS, SMB, a synced folder): `ab/ab12…`, a file for each content. Made when it is missing.
 * A file takes its name when it is whole and synced.
 */
export function folderStore(directory: string): ArtifactStore {
  const root = resolve(directory);
  const placeOf = (sha256: string): string => {
    if (!nameForm.test(sha256)) throw new Error(`${JSON.stringify(sha256)} is no SHA-256`);
    return join(root, sha256.slice(0, 2), sha256);
  };
  return {
    name: `the folder ${root}`,
    async put(file, path) {
      const place = placeOf(file.sha256);
      if ((await sizeAt(place)) === file.bytes) return;
      await mkdir(dirname(place), { recursive: true });
      seeThatItLiesIn(root, dirname(place));
      await copyWhole(file, path, place);
    },
    async get(sha256) {
      const place = placeOf(sha256);
      const opened = openPlainFile(place, { within: root });
      if ('fd' in opened) return Promise.resolve(createReadStream('', { fd: opened.fd }));
      if (opened.refused === 'missing') return undefined;
      throw new Error(`${place} is not read: ${plainRefusalTexts[opened.refused]}`);
    },
    has: async (sha256) => (await sizeAt(placeOf(sha256))) !== undefined,
    async remove(sha256) {
      const place = placeOf(sha256);
      if ((await sizeAt(place)) === undefined) return;
      seeThatItLiesIn(root, dirname(place));
      await rm(place, { force: true });
    },
  };
}

/** Others may write the folder that machines share: a folder that is a link leads out of it. */
function seeThatItLiesIn(root: string, folder: string): void {
  if (realpathSync(folder) !== join(realpathSync(root), basename(folder)))
    throw new Error(`${folder} is a link: nothing is written or removed behind it`);
}

async function sizeAt(path: string): Promise<number | undefined> {
  try {
    const info = await lstat(path);
    return info.isFile() ? info.size : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function copyWhole({ sha256, bytes }: KeptFile, from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.tmp-${randomBytes(8).toString('hex')}`);
  const output = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    const hash = createHash('sha256');
    const input = openPlainFile(from);
    if ('refused' in input) throw new Error(`${from} is not read: ${plainRefusalTexts[input.refused]}`);
    for await (const piece of createReadStream('', { fd: input.fd, end: Math.max(bytes, 1) })) {
      hash.update(piece as Buffer);
      await output.writeFile(piece as Buffer);
    }
    if (hash.digest('hex') !== sha256) throw new Error(`${from} was changed while it was copied`);
    await output.sync();
    await output.close();
    await rename(temporary, to);
    syncFolder(dirname(to));
  } catch (error) {
    await output.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Not every network's folder can be synced; where it cannot, its server answers for it. */
function syncFolder(path: string): void {
  try {
    nodeDisk.syncDirectory(path);
  } catch (error) {
    if (errorCode(error) !== 'EINVAL' && errorCode(error) !== 'EACCES') throw error;
  }
}

/** What a caller names as a store: a folder, or one. */
export function storeOf(given: string | ArtifactStore | undefined): ArtifactStore | undefined {
  return typeof given === 'string' ? folderStore(given) : given;
}
