// What a shell starts: it runs the program, whose files lie beside this one, with the machine code that V8 kept at an earlier start. The
// loader of modules and compiling were more than half of what a short command took beyond Node's own start.
import { join } from 'node:path';
import { codeCache, type CodeCache } from './code-cache.js';
import { lendImport } from './import-module.js';
import { Parts } from './parts.js';

/** The build's own name, which its files have in theirs. */
declare const build: string;

const cache = cacheFor(commandIn(process.argv.slice(2)));
const parts = new Parts({ folder: __dirname, build, others: require, kept: cache?.read() });

/** The first word that is no option's value, as far as one sees without the program; the options of all commands may stand before it. */
function commandIn(argv: string[]): string {
  return argv.find((word, at) => /^[a-z]+$/.test(word) && !argv[at - 1]?.startsWith('-')) ?? '';
}

/** A user without a home folder has no cache, and the command runs all the same. */
function cacheFor(command: string): CodeCache | undefined {
  try {
    return codeCache(join(__dirname, `program-${build}.js`), command);
  } catch {
    return undefined;
  }
}

// At its end, each pack has the functions that this command has used.
process.on('exit', (code) => {
  const used = cache && code === 0 ? parts.code() : undefined;
  if (used) cache?.write(used);
});

lendImport((name) => import(name));
parts.load('./program.js');
