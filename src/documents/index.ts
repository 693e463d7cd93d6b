export type { ArtifactRef } from './artifact-ref.js';
export { Documents } from './documents.js';
export type { PayloadFile } from './documents.js';
export { existingPath, sessionPath } from './session-paths.js';
export { sessionDocument } from './session-document.js';
export type { CheckpointDocument, SessionDocument, StateDocument } from './shapes.js';
export { replaceFile } from './durable-file.js';
export { leftoversIn } from './leftovers.js';
