import { performance } from 'node:perf_hooks';
import { contenders, type ContenderName } from './contenders.js';

// A process of its own that opens a store and reads one episode. Loading the modules is not counted; opening, decoding and reading are.
const [name, directory = '', id = ''] = process.argv.slice(2);
const began = performance.now();
const store = await contenders[name as ContenderName].open(directory);
const standing = await store.read(id);
const tookMs = performance.now() - began;
await store.close();
process.stdout.write(JSON.stringify({ tookMs, standing }));
