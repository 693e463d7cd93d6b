// Installs the packed package into fresh projects, as a stranger would, and uses it there: types (strict, NodeNext, with and without
// skipLibCheck), ESM and CommonJS, on this Node and on Node 24; and what README and each page of the docs say to do, page by page.
// Needs the package registry. `--only=<text>` runs the checks and pages with that in their name; UPDATE_DOCS=1 writes what appeared into the pages.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runPage } from './run-page.mjs';
import { unlike } from './shape.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { devDependencies, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const only = process.argv.find((each) => each.startsWith('--only='))?.slice('--only='.length) ?? '';
const folder = mkdtempSync(join(tmpdir(), 'showrunner-package-'));
/** Its standard output. */
const run = async (command, ...words) => {
  const ran = promisify(execFile)(command, words, { cwd: folder, encoding: 'utf8' });
  ran.child.stdin?.end();
  return (await ran).stdout;
};

const typescript = `
import { ProductionStateManager, defineCrew, type Produced } from 'showrunner';
import { episodeMachine, parsePolicy } from 'showrunner/machines';
import { fixedClock } from 'showrunner/testing';

const crew = defineCrew({
  research: ({ operation }) => operation('query', { key: 'q', maxCost: '0.50' }, async () => ({ result: { facts: 3 }, cost: '0.15' })),
  script: async ({ earlier }) => earlier.research?.data.facts.toFixed(0) ?? '',
  audio: async ({ earlier }) => earlier.script?.data.length ?? 0,
});

const manager = await ProductionStateManager.open({ directory: 'production', clock: fixedClock('2025-09-03T14:30:22.000Z'), policy: { budgets: { total: '5.00' } } });
manager.on('completed', ({ sessionId, spent }) => console.log(sessionId, spent));
const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Why bees dance' });
const produced: Produced = await manager.produce(sessionId, crew);
if (produced.outcome !== 'complete' || produced.state.total_cost !== 0.15) throw new Error(JSON.stringify(produced));
await manager.close();
console.log(episodeMachine.id, parsePolicy().dailyCap, 'complete');
`;

const commonJs = `
const { ProductionStateManager } = require('showrunner');
const { episodeMachine } = require('showrunner/machines');
const schema = require('showrunner/schemas/policy.json');
if (typeof ProductionStateManager.open !== 'function' || episodeMachine.id !== 'episode' || !schema.properties.budgets) throw new Error('it is not all there');
console.log('complete');
`;

const options = (extra) =>
  JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      strict: true,
      outDir: 'out',
      ...extra,
    },
    files: ['use.mts'],
  });

/** @type {[name: string, check: () => Promise<unknown>][]} */
const checks = [
  ['types, strict', () => run('npx', '--no-install', 'tsc', '-p', 'strict.json')],
  ['types, strict, libraries checked too', () => run('npx', '--no-install', 'tsc', '-p', 'libraries.json')],
  ['ESM on this Node', async () => expectComplete(await run(process.execPath, 'out/use.mjs'))],
  ['CommonJS on this Node', async () => expectComplete(await run(process.execPath, 'use.cjs'))],
  [
    'ESM on Node 24',
    async () => expectComplete(await run('npx', '-y', '-p', 'node@24', 'node', 'out/use.mjs')),
  ],
  [
    'CommonJS on Node 24',
    async () => expectComplete(await run('npx', '-y', '-p', 'node@24', 'node', 'use.cjs')),
  ],
  ['the command line', () => run('npx', '--no-install', 'showrunner', 'list', '--json')],
  ['the table', () => run('npx', '--no-install', 'showrunner', 'list', '--all')],
  ['the drawing', () => run('npx', '--no-install', 'showrunner', 'draw', '--format', 'svg')],
  ['the studio', () => expectServed('studio')],
  ['the server for agents', () => expectServed('mcp', '--http')],
];

function expectComplete(text) {
  if (!/\bcomplete\n$/.test(text)) throw new Error(`it printed ${JSON.stringify(text)}`);
}

/** Starts a command that serves, waits until it says where, and ends it. */
function expectServed(...words) {
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn('npx', ['--no-install', 'showrunner', ...${JSON.stringify(words)}, '--port', '0'], { detached: true });
    let told = '';
    const end = (code) => { try { process.kill(-child.pid) } catch {} process.exit(code); };
    const hear = (text) => { told += text; if (/127\\.0\\.0\\.1|localhost/.test(told)) end(0); };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', () => { console.error(told); end(1); });
    setTimeout(() => { console.error('nothing was said: ' + told); end(1); }, 30_000);
  `;
  return run(process.execPath, '-e', script);
}

let passed = 0;
let failed = 0;

async function checkUse() {
  for (const [name, check] of checks.filter(([name]) => name.includes(only))) {
    if (name.startsWith('ESM')) rmSync(join(folder, 'production'), { recursive: true, force: true });
    try {
      await check();
      passed += 1;
      console.log(`passed: ${name}`);
    } catch (error) {
      failed += 1;
      console.error(`FAILED: ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`);
    }
  }
}

const installed = join(folder, 'node_modules', 'showrunner');
const notRun = [];
/** The pages that nobody has done yet. Two lanes of the three that there are do pages, in so many folders. */
const left = [];

async function checkPages(names) {
  for (let page = left.shift(); page !== undefined; page = left.shift()) {
    const told = await runPage({ base: folder, installed, page, names, scripts });
    notRun.push(...told.notRun);
    if (process.env.UPDATE_DOCS) writeAppeared(told);
    if (told.problems.length === 0) passed += 1;
    else failed += 1;
    const counts = `${told.ran} run, ${told.clone} of the clone, ${told.notRun.length} not run`;
    console.log(`${told.problems.length === 0 ? 'passed' : 'FAILED'}: ${page} (${counts})`);
    for (const problem of told.problems) console.error(`  ${problem}`);
  }
}

/** Has the page of the clone show what appeared. */
function writeAppeared({ page, appeared }) {
  let text = readFileSync(join(root, page), 'utf8');
  for (const { command, shown, told } of appeared)
    if (unlike(shown, told))
      text = text.replace([`$ ${command}`, ...shown].join('\n'), () => [`$ ${command}`, ...told].join('\n'));
  writeFileSync(join(root, page), text);
}

try {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true }));
  const beside = ['typescript', '@types/node', '@opentelemetry/api'].map(
    (name) => `${name}@${devDependencies[name]}`,
  );
  await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`, ...beside);
  writeFileSync(join(folder, 'use.mts'), typescript);
  writeFileSync(join(folder, 'use.cjs'), commonJs);
  writeFileSync(
    join(folder, 'strict.json'),
    options({ skipLibCheck: true, exactOptionalPropertyTypes: true }),
  );
  writeFileSync(join(folder, 'libraries.json'), options({ skipLibCheck: false }));
  // Read from the package, as a stranger reads them; what is generated has tests of its own.
  const pages = readdirSync(join(installed, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name}`)
    .filter((name) => name.endsWith('.md') && !/^docs\/(?:api\/|statechart)/.test(name));
  left.push(
    ...[
      'docs/command-line.md',
      'README.md',
      ...pages.filter((page) => page !== 'docs/command-line.md'),
    ].filter((page) => page.includes(only)),
  );
  const help = await run('npx', '--no-install', 'showrunner', '--help');
  const names = [...help.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name);
  await Promise.all([checkUse(), checkPages(names), checkPages(names)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const each of notRun.toSorted((a, b) => a.localeCompare(b))) console.log(`not run: ${each}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
