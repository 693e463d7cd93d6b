// Runs commands of the built command line one after another in one process, with something else in a file's place, and says of each, a line of
// JSON on the fourth descriptor, how it ended, what it took of the processor, and which files it opened:
// node many-commands.mjs <directory> <steps as JSON>; a step is { args, put?, swap? }.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Parts } from '../../dist/src/cli/parts.js';

const [directory, steps] = process.argv.slice(2);
const real = { ...fs };
let opened = new Set();
let swap;

function note(path) {
  if (typeof path !== 'string' || !resolve(path).startsWith(`${directory}/`)) return;
  const place = resolve(path).slice(directory.length + 1);
  opened.add(place);
  // The folder becomes a link right before its file is opened for the first time.
  if (swap?.place !== place || swap.isDone) return;
  swap.isDone = true;
  real.renameSync(swap.folder, `${swap.folder}-away`);
  real.symlinkSync(swap.to, swap.folder);
}

for (const owner of [fs, fs.promises])
  for (const name of ['open', 'openSync', 'readFile', 'readFileSync', 'createReadStream']) {
    const plain = owner[name];
    if (plain === undefined) continue;
    owner[name] = function (path, ...more) {
      note(path);
      return plain.call(this, path, ...more);
    };
  }
syncBuiltinESMExports();

const noise = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7919 + 31) % 256));
const intruders = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a link to a device': (path) => real.symlinkSync('/dev/zero', path),
  'a link to a file outside': (path, { outside }) => real.symlinkSync(join(outside, 'file'), path),
  'gigabytes of nothing': (path, { sparse }) => {
    real.writeFileSync(path, '');
    real.truncateSync(path, sparse);
  },
  '20 kB of brackets': (path) => real.writeFileSync(path, '['.repeat(20_000)),
  '1 MB of brackets': (path) => real.writeFileSync(path, '{"a":['.repeat(166_666)),
  '20 kB of noise': (path) => real.writeFileSync(path, noise.subarray(0, 20_000)),
  '1 MB of noise': (path) => real.writeFileSync(path, noise),
  'a damaged one': (path, { from }) => real.copyFileSync(from, path),
  // A megabyte that inflates to one of a thousand.
  'a bomb': (path) => real.writeFileSync(path, gzipSync(Buffer.alloc(1_000_000_000), { level: 1 })),
};

function put({ place, kind, ...more }) {
  const path = join(directory, place);
  const kept = `${path}-kept`;
  real.renameSync(path, kept);
  intruders[kind](path, more);
  return () => {
    real.rmSync(path, { recursive: true, force: true });
    real.renameSync(kept, path);
  };
}

function swapOf({ place, to }) {
  const folder = dirname(join(directory, place));
  swap = { place, to, folder, isDone: false };
  return () => {
    if (swap.isDone) {
      real.rmSync(folder, { recursive: true });
      real.renameSync(`${folder}-away`, folder);
    }
    swap = undefined;
  };
}

// A hook's call comes on standard input, to each command anew.
const hookCall = {
  hook_event_name: 'PreToolUse',
  session_id: 'session-1',
  tool_name: 'Bash',
  tool_use_id: 'toolu_1',
  tool_input: { command: 'ls' },
};
let input = Readable.from([]);
Object.defineProperty(process, 'stdin', { get: () => input });

const folder = fileURLToPath(new URL('../../dist/cli', import.meta.url));
const [build] = real.readdirSync(folder).flatMap((name) => /(?<=^program-)\w+/.exec(name) ?? []);
const others = createRequire(import.meta.url);
let kept;
for (const step of JSON.parse(steps)) {
  const restore = step.put ? put(step.put) : step.swap ? swapOf(step.swap) : () => {};
  process.argv = [process.argv[0], join(folder, 'main.js'), '--directory', directory, ...step.args];
  process.exitCode = undefined;
  input = Readable.from([Buffer.from(JSON.stringify(hookCall))]);
  opened = new Set();
  const before = process.cpuUsage();
  // A command has ended when it says how.
  const parts = new Parts({ folder, build, others, kept });
  parts.load('./program.js');
  while (process.exitCode === undefined) await sleep(1);
  const { user, system } = process.cpuUsage(before);
  kept ??= parts.code();
  const isSwapped = swap?.isDone === true;
  restore();
  const told = { exit: process.exitCode, cpuMs: (user + system) / 1000, opened: [...opened], isSwapped };
  real.writeSync(3, `${JSON.stringify(told)}\n`);
}
process.exitCode = 0;
