import { readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A bug to plant: in this source file, this text becomes that one. */
export interface PlantedBug {
  file: string;
  from: string;
  to: string;
}

/** Turns one source file's text into another: how a whole version is planted. */
export type Rewrite = (path: string, text: string) => string;

/** Bundles a process of a test with the engine's present sources, with a bug planted if one is given; gives the file to run. */
export async function bundleProcess(
  entry: string,
  name: string,
  bug?: PlantedBug | Rewrite,
): Promise<{ file: string; remove: () => void }> {
  const file = join(root, 'node_modules/.cache/showrunner-crash', `${name}-${process.pid}.mjs`);
  let planted = 0;
  await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    packages: 'external',
    alias: {
      showrunner: join(root, 'src/index.ts'),
      'showrunner/postgres': join(root, 'src/postgres/index.ts'),
      'showrunner/restate': join(root, 'src/restate/index.ts'),
    },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    plugins: bug
      ? [
          {
            name: 'plant',
            setup(on) {
              on.onLoad({ filter: /\.ts$/ }, ({ path }) => {
                const source = relative(root, path).split(sep).join('/');
                const text = readFileSync(path, 'utf8');
                const contents = typeof bug === 'function' ? bug(source, text) : plantIn(bug, source, text);
                if (contents === text) return undefined;
                planted += 1;
                return { contents, loader: 'ts' };
              });
            },
          },
        ]
      : [],
  });
  if (bug && planted === 0)
    throw new Error(`${typeof bug === 'function' ? 'what is planted' : bug.file} is not part of ${entry}`);
  return { file, remove: () => rmSync(file, { force: true }) };
}

function plantIn({ file, from, to }: PlantedBug, source: string, text: string): string {
  if (source !== file) return text;
  if (text.split(from).length !== 2)
    throw new Error(`${file} does not have ${JSON.stringify(from)} exactly once: plant the bug elsewhere`);
  return text.replace(from, () => to);
}
