import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { analyse } from 'scslre';
import { describe, expect, test } from 'vitest';
import { root, sources } from './rooms.js';

/** Where expressions are put together at run time, of constants or escaped texts: `test/strangers/linear-texts.test.ts` measures what uses them. */
const builtElsewhere = [
  'machines/redact.ts',
  'src/crew/offline/research/deep-tags.ts',
  'src/crew/offline/script/say-abbreviations.ts',
  'src/crew/offline/script/say-money.ts',
  'src/crew/offline/script/say-units.ts',
  'src/crew/offline/statement.ts',
];

/** Each expression of a file that takes time with the square of a text or worse, and how: by trading characters between two quantifiers, by moving its beginning, or by itself. */
function slowExpressions(file: string, text: string): string[] {
  const slow: string[] = [];
  const visitor = new Visitor({
    Literal(node) {
      if (!('regex' in node)) return;
      const { pattern: source, flags } = node.regex;
      for (const { type } of analyse({ source, flags }, { assumeRejectingSuffix: false }).reports)
        slow.push(`${file}: /${source}/${flags} (${type})`);
    },
  });
  visitor.visit(parseSync(file, text).program);
  return slow;
}

describe('regular expressions', () => {
  const files = ['machines', 'src'].flatMap((folder) => sources(folder, /\.tsx?$/));
  const texts = new Map(files.map((file) => [file, readFileSync(`${root}${file}`, 'utf8')]));

  test('given every literal of the sources, then each takes time in proportion to its text', () => {
    expect([...texts].flatMap(([file, text]) => slowExpressions(file, text))).toEqual([]);
  });

  test.each([
    ['(a+)+$', 'Self'],
    ['^\\s*[:=]\\s*(?:x?\\s*\\n\\s+)?y$', 'Trade'],
    ['\\s+>', 'Move'],
  ])('given /%s/, then it is told as slow (%s)', (source, type) => {
    expect(slowExpressions('planted.ts', `export const planted = /${source}/u;`)).toEqual(
      expect.arrayContaining([`planted.ts: /${source}/u (${type})`]),
    );
  });

  test('given expressions that are put together at run time, then they are where somebody measures them', () => {
    const built = files.filter((file) => /\bRegExp\(/.test(texts.get(file) ?? ''));
    expect(built.sort()).toEqual(builtElsewhere);
  });
});
