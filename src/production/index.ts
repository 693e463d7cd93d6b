export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export { Production } from './production.js';
export type { Verification } from './verify.js';
export type { Plan, PolicyStep, Step, View } from './view.js';
