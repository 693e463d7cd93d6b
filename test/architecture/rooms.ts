import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The TypeScript files of a folder, by path from the root, those of the page only where they are asked for. */
export function sources(folder: string, form = /\.ts$/): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => form.test(name))
    .map((name) => `${folder}/${name}`);
}

/** What a file imports, as it is written there. */
export function importsOf(file: string): string[] {
  return [...readFileSync(`${root}${file}`, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

/** The folder that a file belongs to: `machines`, `src/journal`; a file of src/ itself is a room of its own. */
export function roomOf(path: string): string {
  return path.startsWith('machines/') ? 'machines' : path.split('/').slice(0, 2).join('/');
}

/** The files of this project that a file imports. */
export function targetsOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'));
}

/** Which rooms each room imports from. */
export function roomGraph(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const file of [...sources('machines'), ...sources('src')]) {
    const room = roomOf(file);
    const known = graph.get(room) ?? new Set<string>();
    graph.set(room, known);
    for (const target of targetsOf(file)) if (roomOf(target) !== room) known.add(roomOf(target));
  }
  return graph;
}

/** A way from a room back to itself, or undefined where there is none. */
export function circleIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (room: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const next of graph.get(room) ?? []) {
      const found = walk(next, [...path, room]);
      if (found) return found;
    }
    done.add(room);
    return undefined;
  };
  for (const room of graph.keys()) {
    const found = walk(room, []);
    if (found) return found;
  }
  return undefined;
}

/** The imports that say something: without those that follow from others. */
export function withoutDetours(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
): [from: string, to: string][] {
  const reaches = (from: string, to: string): boolean =>
    [...(graph.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(other, to)))
      .map((to): [string, string] => [from, to]),
  );
}
