export { Documents } from './documents.js';
export type { PayloadFile } from './documents.js';
export type { ManifestEntry } from './manifest.js';
export { sessionPath } from './session-paths.js';
export { sessionDocument } from './shapes.js';
export type { CheckpointDocument, MachineIdentity, MonthDocument, SessionDocument, StateDocument } from './shapes.js';
export { replaceFile } from './durable-file.js';
export { sealText, unseal } from './seal.js';
