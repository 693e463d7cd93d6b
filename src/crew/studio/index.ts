export { studioCrew } from './crew.js';
export type { StudioCrewSettings } from './crew.js';
export { estimate } from './estimate/estimate.js';
export type { Estimate, Range } from './estimate/estimate.js';
export { metered, meteredMiddleware } from './metering/metered.js';
export type { KeptAnswer, MeterOptions } from './metering/metered.js';
export { PriceTable } from './prices/price-table.js';
export { StudioSettings, missingKeys, parseSettings, refuseMissingKeys } from './settings.js';
export type { Charge, ModelRef, Price, UnitPrice, UnitPrices, Usage } from './types.js';
