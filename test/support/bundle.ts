import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A bug to plant: in this source file, this text becomes that one. */
export interface PlantedBug {
  file: string;
  from: string;
  to: string;
}

/** Bundles a process of a test with the engine's present sources, with a bug planted if one is given; gives the file to run. */
export async function bundleProcess(
  entry: string,
  name: string,
  bug?: PlantedBug,
): Promise<{ file: string; remove: () => void }> {
  const file = join(root, 'node_modules/.cache/showrunner-crash', `${name}-${process.pid}.mjs`);
  let planted = 0;
  await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    packages: 'external',
    alias: { showrunner: join(root, 'src/index.ts') },
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
                if (path !== join(root, bug.file)) return undefined;
                const text = readFileSync(path, 'utf8');
                if (text.split(bug.from).length !== 2)
                  throw new Error(
                    `${bug.file} does not have ${JSON.stringify(bug.from)} exactly once: plant the bug elsewhere`,
                  );
                planted += 1;
                return { contents: text.replace(bug.from, () => bug.to), loader: 'ts' };
              });
            },
          },
        ]
      : [],
  });
  if (bug && planted !== 1) throw new Error(`${bug.file} is not part of ${entry}`);
  return { file, remove: () => rmSync(file, { force: true }) };
}
