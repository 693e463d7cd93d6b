export type { Compacted } from './compact.js';
export { inspectSegments as inspectJournal } from './inspect.js';
export type { InspectedSegment, Inspection } from './inspect.js';
export { Journal } from './journal.js';
export type { AppendResult, JournalOptions, Landed } from './journal.js';
export type { JournalEntry } from './reader.js';
