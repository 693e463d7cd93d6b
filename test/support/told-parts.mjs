// Runs a command of the built command line, and says on the fourth descriptor which of the program's parts have run: node told-parts.mjs <arguments>
import { readdirSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Parts } from '../../dist/src/cli/parts.js';

const folder = fileURLToPath(new URL('../../dist/cli', import.meta.url));
const [build = ''] = readdirSync(folder).flatMap((name) => /(?<=^program-)\w+/.exec(name) ?? []);
const parts = new Parts({ folder, build, others: createRequire(import.meta.url) });
process.on('exit', () => writeSync(3, parts.names.join('\n')));
parts.load('./program.js');
