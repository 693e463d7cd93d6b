export { tellProduction } from './inspect.js';
export { startRelay } from './relay.js';
export type { Relay } from './relay.js';
