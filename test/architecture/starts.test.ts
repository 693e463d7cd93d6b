import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { root, sources } from './rooms.js';

/** What is loaded before anything is done: imports that are no types and wait for nothing. */
function loadedBy(file: string): string[] {
  const text = readFileSync(`${root}${file}`, 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;']*?from\s+)?'([^']+)'/gm)].map(
    ([, name = '']) =>
      name.startsWith('.') ? posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts') : name,
  );
}

/** The way by which a file loads one of the packages, or undefined. */
function wayTo(packages: readonly string[], file: string): string[] | undefined {
  const ways = [[file]];
  const seen = new Set([file]);
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const next of loadedBy(way.at(-1) ?? '')) {
      if (packages.includes(next)) return [...way, next];
      if (seen.has(next) || !/^(?:src|machines)\/.*\.ts$/.test(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

/** What starts in little more than node's own time. */
const quick = [
  'src/cli/main.ts',
  'src/cli/commands/list.ts',
  'src/cli/list-table.ts',
  'src/cli/commands/show.ts',
  'src/cli/commands/statusline.ts',
  'src/cli/completions.ts',
];

test.each(quick)(
  'given %s, when it starts, then neither the charts’ engine nor the schemas are loaded',
  (file) => {
    expect(wayTo(['xstate', 'zod'], file)).toBeUndefined();
  },
);

test('given a command that works with the engine, then the way is found', () => {
  expect(wayTo(['zod'], 'src/index.ts')?.at(-1)).toBe('zod');
});

test('given the schemas, then nobody takes Zod as one value: bundled, it would come with every language of its messages', () => {
  const whole = [...sources('machines'), ...sources('src')].filter((file) =>
    /import (?:type )?(?:\{|z\b)[^;]*from 'zod'/.test(readFileSync(`${root}${file}`, 'utf8')),
  );
  expect(whole).toEqual([]);
});

test('given the crew that is paid, then each package that it alone needs is an optional peer: nobody installs it who does not use it', () => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(`${root}package.json`, 'utf8'),
  ) as Record<string, Record<string, { optional?: boolean }>>;
  const taken = (folder: string): Set<string> =>
    new Set(
      sources(folder).flatMap((file) =>
        [...readFileSync(`${root}${file}`, 'utf8').matchAll(/(?:from|import\()\s*'([^.'][^']*)'/g)].map(
          ([, name = '']) => name,
        ),
      ),
    );
  const others = new Set(
    ['src/crew/offline', 'src/crew/audio', 'machines'].flatMap((folder) => [...taken(folder)]),
  );
  const own = [...taken('src/crew/studio')].filter((name) => !name.startsWith('node:') && !others.has(name));
  expect(own).toContain('@ai-sdk/openai');
  for (const name of own) {
    expect(peerDependencies, name).toHaveProperty([name]);
    expect(peerDependenciesMeta?.[name], name).toEqual({ optional: true });
    expect({ ...dependencies, ...optionalDependencies }, name).not.toHaveProperty([name]);
  }
});
