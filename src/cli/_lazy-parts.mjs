// Makes of each module a part that runs when something of it is first used, and packs parts into a few files. src/cli/parts.ts loads them.
import { createHash } from 'node:crypto';

const generated = /^const (require_[\w$]+) = require\("(\.\/[^"]+)"\);$/gm;
const ofNode =
  /^let (\w+) = require\("((?:node:)?[a-z][a-z0-9_/]*)"\);\n(?:\1 = (?:require_rolldown_runtime\.[\w$]+|__toESM)\(\1(?:, 1)?\);\n)?/gm;

/** For a file that is no part, and loads Node's modules alone. */
export const laterPart =
  'const laterPart = (name) => { let exports; return () => (exports ??= require(name)); };';

/** What Node loads by itself is loaded when it is used, too; all packages but those that stay outside have a part. */
export function laterParts(isNode) {
  return {
    name: 'later-parts',
    renderChunk(code) {
      if (/\blaterPart\b/.test(code)) throw new Error('laterPart is what loads parts');
      const names = new Map();
      const later = (isNodes) => (whole, name, from) => {
        if (isNodes && !isNode(from)) return whole;
        names.set(name, isNodes);
        return `const ${name} = laterPart("${from}");\n`;
      };
      // The order of parts that are only run is that of their first uses.
      let made = code.replace(generated, later(false)).replace(ofNode, later(true));
      made = made.replace(/^require\("\.\/[^"]+"\);$/gm, '');
      for (const [name, isNodes] of names) {
        const at = `(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$')}(?![\\w$])`;
        // Node's modules are their own default.
        made = made.replace(
          new RegExp(`${at}\\.${isNodes ? '(?:default\\b(?!\\s*:)\\.?)?' : ''}`, 'g'),
          (use) => (use.endsWith('default') ? `(${name}())` : `(${name}()).`),
        );
        const left = made.match(new RegExp(`${at}(?!\\(\\)\\)| = laterPart)`));
        if (left)
          throw new Error(
            `${name} is used otherwise than by what it exports: ${made.slice(left.index, left.index + 80)}`,
          );
      }
      return { code: made };
    },
  };
}

/** What is read at once by who reads any of it: folders and packages by their file. All others have one of their own. */
const together = {
  program:
    'cli commander cli-table3 string-width strip-ansi ansi-regex emoji-regex is-fullwidth-code-point picocolors',
  engine: `artifacts calls disk documents journal manager production projection record redaction reports shapes
    lowdb eventemitter3`,
  machines: 'machines xstate',
};
const packs = new Map(
  Object.entries(together).flatMap(([pack, all]) => all.split(/\s+/).map((each) => [each, pack])),
);

/** The name of a module's part: its file's, and its own. A package is one part. */
export function partName(id, root) {
  const of = /.*node_modules\/(?:@[^/]+\/)?([^/]+)\//.exec(id)?.[1]?.replaceAll('.', '-');
  if (of) return `${packs.get(of) ?? of}.${of}`;
  if (!id.startsWith(root)) return null;
  const path = id.slice(root.length).replace(/\.ts$/, '');
  const [folder = ''] = path.replace(/^src\//, '').split('/');
  return `${packs.get(folder) ?? (path.includes('/', 4) ? folder : 'program')}.${path.replaceAll('/', '_')}`;
}

/** The files of the packs, by name; in their names is what is in all of them, so that no two builds are ever mixed. */
export function packed(chunks) {
  const hash = createHash('sha256');
  const files = new Map();
  for (const { fileName, code } of chunks.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    hash.update(fileName).update(code);
    const [pack = 'program'] = /^[\w-]+(?=\.(?!js$))/.exec(fileName) ?? [];
    const part = `${JSON.stringify(`./${fileName}`)}:function(exports,require,laterPart,module,__filename){${code}\n}`;
    files.set(pack, [...(files.get(pack) ?? []), part]);
  }
  const build = hash.digest('hex').slice(0, 12);
  return {
    build,
    files: [...files].map(([pack, parts]) => [`${pack}-${build}.js`, `({${parts.join(',\n')}})\n`]),
  };
}
