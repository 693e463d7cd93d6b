export { copyState, episodeState, toSecond } from './episode-state.js';
export { Estimate } from './estimate.js';
export { Need, NeedKind } from './need.js';
export { Wait } from './wait.js';
export { Warning } from './warning.js';
export { CheckpointContents, EpisodeState } from './seed.js';
export type { GlobalMetrics, ProductionMetrics, QualityMetrics, StateMetrics } from './seed.js';
