export { RestateLog, type RestateLogOptions } from './restate-log.js';
export { serveRestate, type Served, type ServeOptions } from './serve.js';
