export { decodeShown } from './decode.js';
export type { FoundCheckpoint } from './find-saved.js';
export type { HistoryEntry } from './history.js';
export type { SettledKey } from './settled-keys.js';
export { asRecorded, checkpointData, toJson } from './payload.js';
export type { CheckpointPayload } from './payload.js';
export type { PolicyHistoryEntry } from './policy-history.js';
export type { PolicyChange, PolicySource } from './policy-record.js';
export type { Committed } from './step.js';
