export { chartView } from './layout.js';
export { drawSvg } from './svg.js';
export { drawScxml } from './scxml.js';
export { standingOf } from './standing.js';
export type { Standing } from './standing.js';
