export { CarriedJournal } from './carried.js';
export { carryOver } from './carry-over.js';
export { compareWithLog } from './compare-with-log.js';
export type { Compared } from './compare-with-log.js';
export { refuseCopy, unmarkCopy } from './copy-mark.js';
export { inspectSegments as inspectJournal } from './inspect.js';
export type { Inspection } from './inspect.js';
export { isUnavailable } from './is-unavailable.js';
export { Journal } from './journal.js';
export type { JournalOptions } from './journal.js';
export {
  dayText,
  placeLanding,
  type DayGap,
  type LandingMemory,
  type LandingRequest,
  type MovableCommit,
  type Placed,
} from './landing-request.js';
export { LandingNote, landingNote, rememberedSince } from './landing-note.js';
export { isOutdated, outdated } from './other-chart.js';
export type { AppendResult, JournalPort } from './port.js';
export type { LogTraffic } from './log-traffic.js';
export type { JournalEntry } from './reader.js';
export type { AppendAnswer, LandingAnswer, RemoteLog } from './remote-log.js';
export { adviceOnUnread, describeUnread } from './unread-redo.js';
export { SegmentRewriter } from './rewrite.js';
export { withRestored } from './with-restored.js';
export { rewriteSegments } from './rewrite-segments.js';
