// Compares what the README says of `npm start` with what it has just done in this clone: `node test/package/main-job.mjs <its output>`.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { linesOf } from './shape.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [, , output = ''] = process.argv;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, text]) => linesOf(text));
const printed = blocks.find((lines) => lines.some((line) => line.startsWith('listen: '))) ?? [];
const onDisk = blocks.find(([first]) => first === 'production/') ?? [];

/** Ids, amounts, scores and counts follow the docs that are read; how many lines of progress there are follows the machine. */
const formOf = (line) =>
  line
    .replace(/ep_\d+_\d+_\d+/g, '<id>')
    .replace(/[\d.]+/g, '<n>')
    .replace(/ {2,}/g, ' ');
const isProgress = (line) => /^\w+ +\d+%/.test(line) && !/^\w+ +(?:0|100)%/.test(line);

const problems = [];
// Where CI is set, the lines have colours.
const left = linesOf(stripVTControlCharacters(readFileSync(output, 'utf8'))).map(formOf);
for (const line of printed.filter((each) => !isProgress(each))) {
  const at = left.indexOf(formOf(line));
  if (at < 0)
    problems.push(
      `README.md shows ${JSON.stringify(line)}; npm start printed no such line after the one before`,
    );
  else left.splice(0, at + 1);
}
if (printed.length === 0 || onDisk.length === 0)
  problems.push('README.md shows no more what npm start prints, or leaves');

const episode = readdirSync(join(root, 'production')).find((name) => name.startsWith('ep_')) ?? '';
for (const line of onDisk.slice(1)) {
  const [, indent = '', name = '', said = ''] = /^([│├└─ ]*)(\S+) *(.*)$/.exec(line) ?? [];
  const place = indent.length > 4 ? join(episode, name) : name.replace(/^ep_\d+_\d+_\d+/, episode);
  const files =
    name.endsWith('/') && indent.length > 4 ? said.split(', ').filter((each) => each !== '…') : [''];
  for (const file of files)
    if (!existsSync(join(root, 'production', place, file)))
      problems.push(`README.md shows ${join(place, file)}, which npm start has not made`);
}
for (const problem of problems) console.error(problem);
console.log(`README.md: ${printed.length + onDisk.length} lines compared, ${problems.length} of them wrong`);
process.exitCode = problems.length === 0 ? 0 : 1;
