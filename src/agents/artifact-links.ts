import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { phaseNames, ProductionError, type SessionId } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';

/** A file of an episode, as a host can show it or open it. */
export interface ArtifactLink {
  type: 'resource_link';
  uri: string;
  name: string;
  size: number;
}

/** What the links of one answer may take, so that it stays under 8 kB. */
const linkBytes = 2500;

/** The files of the finished phases, the last phase first; as many as one answer has room for. */
export async function artifactLinks(manager: ProductionStateManager, id: SessionId): Promise<ArtifactLink[]> {
  const { phases } = (await manager.getSnapshot(id)).context;
  const names = [...phaseNames].reverse().flatMap((phase) => phases[phase].checkpoint ?? []);
  const manifests = await Promise.all(names.map((name) => manifestOf(manager, id, name)));
  const links = manifests.flat().map(({ path, bytes }): ArtifactLink => ({
    type: 'resource_link',
    uri: pathToFileURL(join(manager.production.directory, id, path)).href,
    name: path,
    size: bytes,
  }));
  let taken = 0;
  return links.filter((link) => (taken += Buffer.byteLength(JSON.stringify(link))) <= linkBytes);
}

/** A checkpoint that cannot be read has no links: how the episode stands is answered all the same. */
async function manifestOf(manager: ProductionStateManager, id: SessionId, name: string) {
  try {
    return (await manager.loadCheckpoint(id, name)).artifacts;
  } catch (error) {
    if (error instanceof ProductionError) return [];
    throw error;
  }
}
