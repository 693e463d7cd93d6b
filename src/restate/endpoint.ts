// The SDK for both from one place: bundled, an import that waits and one that does not would each load an SDK of its own, and the endpoint
// would not know the errors of the other's objects.
export { createEndpointHandler } from '@restatedev/restate-sdk';
export { logObject } from './log-object.js';
export { episodeObject } from './episode-object.js';
