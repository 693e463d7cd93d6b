export { fixedClock } from './fixed-clock.js';
export type { FixedClock } from './fixed-clock.js';
export { StoryFailed, episodeCreated, given } from './given.js';
export type { Given, Outcome, Then } from './given.js';
export { temporaryProduction } from './temporary-production.js';
export type { TemporaryProduction } from './temporary-production.js';
