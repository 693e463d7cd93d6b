export { inspectSegments as inspectJournal } from './inspect.js';
export type { Inspection } from './inspect.js';
export { Journal } from './journal.js';
export type { AppendResult, JournalOptions } from './journal.js';
export type { JournalEntry } from './reader.js';
export { SegmentRewriter } from './rewrite.js';
export { rewriteSegments } from './rewrite-segments.js';
