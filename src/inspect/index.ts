export { hasBearer, isSame } from './bearer.js';
export { tellProduction } from './inspect.js';
export { startRelay } from './relay.js';
export type { Relay } from './relay.js';
export { guardedServer } from './guarded-server.js';
export { inspectionSocket, socketKey } from './socket.js';
export { InspectionStore } from './store.js';
export type { InspectedActor } from './store.js';
