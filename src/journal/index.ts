export { inspectSegments as inspectJournal } from './inspect.js';
export type { Inspection } from './inspect.js';
export { Journal } from './journal.js';
export type { JournalOptions } from './journal.js';
export type { AppendResult, JournalPort } from './port.js';
export type { JournalEntry } from './reader.js';
export type { AppendAnswer, RemoteLog } from './remote-log.js';
export { SegmentRewriter } from './rewrite.js';
export { rewriteSegments } from './rewrite-segments.js';
