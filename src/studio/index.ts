export type { BoardEpisode } from './api.js';
export { boardEpisode } from './board.js';
export { describeEvent, openOperations } from './timeline.js';
