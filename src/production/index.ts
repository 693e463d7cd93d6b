export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export type { OldCopy } from './log-reach.js';
export { machineIdentity } from './machine-identity.js';
export type { RemoteLog } from '../journal/index.js';
export { Production } from './production.js';
export { auditProblems } from './verify.js';
export type { AuditProgress, Verification } from './verify.js';
export type { Plan, PolicyStep, Step, View } from './view.js';
