export { ProductionError, errorRemedies } from './errors.js';
export type { ErrorCode, ErrorDetails, Remedy } from './errors.js';
