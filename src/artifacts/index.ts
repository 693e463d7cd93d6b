export type { ArtifactStore, KeptFile } from './artifact-store.js';
export { folderStore, storeOf } from './folder-store.js';
