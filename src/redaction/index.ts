export { redact } from './redact.js';
export type { RedactedFolder, Redaction } from './redact.js';
export { refuseDuringRedaction, settleInterrupted } from './switch.js';
