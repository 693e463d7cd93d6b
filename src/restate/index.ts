export { entrust, type EntrustOptions } from './entrust.js';
export type { EntrustedEpisode, ProduceEntrusted } from './entrusted.js';
export { RestateLog, type RestateLogOptions } from './restate-log.js';
export { serveRestate, type Served, type ServeOptions } from './serve.js';
