// What a shell starts: it runs the program, whose files lie beside this one, with the machine code that V8 kept at an earlier start. The
// loader of modules and compiling were more than half of what a short command took beyond Node's own start.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { codeCache, type CodeCache } from './code-cache.js';
import { lendImport } from './import-module.js';

interface Part {
  exports: Record<string, unknown>;
}

type Body = (
  exports: Part['exports'],
  require: (name: string) => unknown,
  module: Part,
  filename: string,
) => void;

const folder = __dirname;
const requireOther = createRequire(__filename);
const scripts = new Map<string, Script>();
const parts = new Map<string, Part>();
const cache = cacheFor(commandIn(process.argv.slice(2)));
const kept = cache?.read();
let isComplete = kept !== undefined;

/** The program's own files are loaded here, once each as everywhere; all others by Node. */
function load(name: string): unknown {
  if (!name.startsWith('./')) return requireOther(name);
  const known = parts.get(name);
  if (known) return known.exports;
  const filename = join(folder, name);
  const cachedData = kept?.get(name);
  const script = new Script(
    `(function (exports, require, module, __filename) {${readFileSync(filename, 'utf8')}\n})`,
    { filename, ...(cachedData && { cachedData }) },
  );
  if (!cachedData || script.cachedDataRejected) isComplete = false;
  scripts.set(name, script);
  const part: Part = { exports: {} };
  parts.set(name, part);
  (script.runInThisContext() as Body)(part.exports, load, part, filename);
  return part.exports;
}

/** The first word that is no option's value, as far as one sees without the program; the options of all commands may stand before it. */
function commandIn(argv: string[]): string {
  return argv.find((word, at) => /^[a-z]+$/.test(word) && !argv[at - 1]?.startsWith('-')) ?? '';
}

/** A user without a home folder has no cache, and the command runs all the same. */
function cacheFor(command: string): CodeCache | undefined {
  try {
    return codeCache(join(folder, 'program.js'), command);
  } catch {
    return undefined;
  }
}

// At its end, each part has the functions that this command has used.
process.on('exit', (code) => {
  if (cache && !isComplete && code === 0)
    cache.write(
      new Map([
        ...(kept ?? []),
        ...[...scripts].map(([name, script]) => [name, script.createCachedData()] as const),
      ]),
    );
});

lendImport((name) => import(name));
load('./program.js');
