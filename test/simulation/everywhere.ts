/** What a bundle with a bug planted in the engine brings along: the engine's own tools and our story, against that engine. */
export { MemoryDisk, crashEverywhere, explorePaths, memoryProduction } from '../../src/testing/index.js';
export { story } from './story.js';
