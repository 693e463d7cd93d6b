/** What a bundle with a bug planted in the engine brings along: the engine's own tools and our story, against that engine. */
export { crashEverywhere, explorePaths } from '../../src/testing/index.js';
export { story } from './story.js';
