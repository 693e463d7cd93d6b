import { crashSuite } from './points.js';

await crashSuite('EIO');
