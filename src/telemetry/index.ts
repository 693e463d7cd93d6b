export { eventNames } from './cloud-event.js';
export { deliver, sendTest } from './deliver.js';
export { Endpoints } from './endpoints.js';
export type { Endpoint, Progress } from './endpoints.js';
