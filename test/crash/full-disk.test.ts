import { crashSuite } from './points.js';

await crashSuite('ENOSPC');
