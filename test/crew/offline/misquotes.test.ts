import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { offlineCrew } from '../../../src/crew/offline/index.js';
import { extract } from '../../../src/crew/offline/research/extract.js';
import type { SourceKind } from '../../../src/crew/offline/research/open-source.js';
import type { Finding } from '../../../src/crew/offline/research/reports.js';
import { emptyFolder, newSession, readArtifactJson } from './workspace.js';

/** A sentence with a hole in it, and what fills the hole: as the source has it, and as it may be quoted. */
type Neighbours = readonly [source: string, quoted?: string][];

const around = (middle: string): string =>
  `The people of the town saw ${middle} in the cold winter of that year.`;

const kinds: Readonly<Record<string, { kind: SourceKind; neighbours: Neighbours }>> = {
  'words in brackets': {
    kind: 'markdown',
    neighbours: [
      ['the (not) visible light'],
      ['the (in)visible light'],
      ['the statistically (in-)significant light'],
      ['the light[s] of it'],
      ['the bee(s) of it'],
      ['the (far from) old light', 'the (far from) old light'],
      ['the light (which nobody knew)', 'the light (which nobody knew)'],
      ['the light ([source](x))'],
    ],
  },
  'money, halves and degrees': {
    kind: 'text',
    neighbours: [
      ['5 € of it', '5 € of it'],
      ['½ of the light', '½ of the light'],
      ['−5 °C of frost', '−5 °C of frost'],
      ['the bee for £2.50', 'the bee for £2.50'],
      ['5% of the light', '5% of the light'],
      ['5 % of the light', '5 % of the light'],
      ['12% of the light', '12% of the light'],
    ],
  },
  'powers and footnote marks': {
    kind: 'markdown',
    neighbours: [
      ['10^3 bees'],
      ['10**3** bees'],
      ['10<small>3</small> bees'],
      ['10<b>3</b> bees'],
      ['5*3*2 bees'],
      ['10<sup>3</sup>7 bees'],
      ['10<span style="vertical-align: super">3</span> bees', '10³ bees'],
      ['10<sup>-3</sup> bees', '10⁻³ bees'],
      ['2<sup>10</sup> bees'],
      ['the bees<sup>1</sup> there'],
      ['the bees¹ there'],
      ['the bees of 1945¹² there'],
      ['the bees<a href="#n">1</a> there'],
      ['the bees[1](#n) there'],
      ['the bees [1](#n) there'],
      ['the room of 25 m<sup>2</sup>', 'the room of 25 m²'],
      ['the 747s', 'the 747s'],
      ['the [747](https://example.org) there', 'the 747 there'],
    ],
  },
  'units, decades and plurals': {
    kind: 'markdown',
    neighbours: [
      ['the bees of the 1920s', 'the bees of the 1920s'],
      ["the bees of the '80s", "the bees of the '80s"],
      ['the iPhone 5s phones', 'the iPhone 5s phones'],
      ['a man in his 20s', 'a man in his 20s'],
      ['the 1800s', 'the 1800s'],
      ['5m people', '5m people'],
      ['5 s of light', '5 s of light'],
      ['the URLs and the PhDs', 'the URLs and the PhDs'],
    ],
  },
  'links of every form': {
    kind: 'markdown',
    neighbours: [
      ['[the *old* bees](x "not a bee")', 'the old bees'],
      ['[the bees](<a b> (not))', 'the bees'],
      ['[](x) bees'],
      ['<a href="x"></a> bees'],
      ['[![not](x)](y) bees'],
      ['[the bees][missing]'],
      ['[[Bee|the bees]]'],
      ['the <https://example.org/not> bees'],
      ['<a href="x">the bees</a>', 'the bees'],
      ['[the `bees`](x)', 'the bees'],
    ],
  },
  'inline tags of every kind': {
    kind: 'html',
    neighbours: [
      ['the <b>not</b> <u>old</u> <mark>bees</mark>', 'the not old bees'],
      ['the <span class="sr-only">not</span> old bees'],
      ['the <span aria-hidden="true">not</span> old bees'],
      ['the <span style="text-decoration: line-through">not</span> old bees'],
      ['the <span style="font-size:0">not</span> old bees'],
      ['the <span style="opacity: 0">not</span> old bees'],
      ['the <del>not</del> old bees'],
      ['the n\u0336o\u0336t\u0336 old bees'],
      ['the \u202Eton\u202C old bees'],
      ['the <bdo dir="rtl">ton</bdo> old bees'],
      ['the <x-not></x-not> old bees'],
      ['the <?= $not ?> old bees'],
      ['the <i class="fa fa-ban"></i> old bees'],
      ['the <i class="material-icons">close</i> old bees'],
      ['the <span class="tip">old<span class="tooltiptext">not</span></span> bees'],
      ['the <input value="not"> old bees'],
      ['the extra<wbr>ordinary bees', 'the extraordinary bees'],
      ['the \uFB01rst bees', 'the first bees'],
      ['<ruby>the<rt>not</rt></ruby> old bees'],
      ['the <q>old</q> bees', 'the “old” bees'],
    ],
  },
  'what is no prose of Markdown': {
    kind: 'markdown',
    neighbours: [
      ['the :no_entry: old bees'],
      ['the %%not%% old bees'],
      ['the {{ not }} old bees'],
      ['the <Not/> old bees'],
      ['the <Tip>not</Tip> old bees'],
      ['the ==old== bees'],
      ['the ~~not~~ old bees'],
      ['the $x^2$ old bees'],
    ],
  },
  'abbreviations and names with dots': {
    kind: 'text',
    neighbours: [
      ['Dr. Marlow and St. Ives', 'Dr. Marlow and St. Ives'],
      ['J.R.R. Tolkien and J. R. Smith', 'J.R.R. Tolkien and J. R. Smith'],
      ['the U.S. Navy', 'the U.S. Navy'],
      ['No. 5 and Fig. 3', 'No. 5 and Fig. 3'],
      ['version 1.2.3 of Node.js', 'version 1.2.3 of Node.js'],
      ['a Ph.D. at 5 p.m. there', 'a Ph.D. at 5 p.m. there'],
      ['e.g. Anna, i.e. nobody,', 'e.g. Anna, i.e. nobody,'],
      ['Yahoo! and Jeopardy! there', 'Yahoo! and Jeopardy! there'],
    ],
  },
  'letters outside English': {
    kind: 'text',
    neighbours: [
      ['José and Søren', 'José and Søren'],
      ['Łódź and Kraków', 'Łódź and Kraków'],
      ['Þór and Ærø', 'Þór and Ærø'],
      ['the Weiße Straße', 'the Weiße Straße'],
      ['Nguyễn Văn', 'Nguyễn Văn'],
      ['a nai\u0308ve man', 'a nai\u0308ve man'],
      ['Москва there'],
    ],
  },
};

async function quoted(kind: SourceKind, source: string): Promise<string[]> {
  const { sentences } = await extract(kind, new TextEncoder().encode(source), () => {});
  return sentences.map(({ text }) => text);
}

describe.each(Object.entries(kinds))('%s', (_, { kind, neighbours }) => {
  it.each(neighbours.map(([source, expected]) => ({ source, expected })))(
    'given "$source" in a sentence, when it is read, then it is quoted as "$expected" or left out',
    async ({ source, expected }) => {
      const texts = await quoted(kind, around(source));
      expect(texts).toEqual(expected === undefined ? [] : [around(expected)]);
    },
  );
});

describe('what stands around a sentence', () => {
  const bee = 'The bee keeps a small hive under the roof of the barn.';
  const next = 'The people were glad of the honey in the winter.';

  it.each<[string, SourceKind, string, string[]]>([
    [
      'a footnote after the full stop',
      'markdown',
      `${bee}[^1] ${next}[^2]\n\n[^1]: A.\n[^2]: B.\n`,
      [bee, next],
    ],
    [
      'a citation as HTML',
      'html',
      `<p>${bee}<sup><a href="#n">[1]</a></sup> ${next}<sup>2</sup></p>`,
      [bee, next],
    ],
    ['a citation as a link', 'html', `<p>${bee}<a href="#n">1</a> ${next}</p>`, [bee, next]],
    ['a citation as an escaped link', 'markdown', `${bee}[\\[1\\]](#n) ${next}`, [bee, next]],
    ['citations in plain text', 'text', `${bee}[1][2] ${next}[3, 4]`, [bee, next]],
    ['a raised sign in plain text', 'text', `${bee}¹ ${next}`, [bee, next]],
    ['a bare number after the full stop', 'text', `${bee}12 ${next}`, []],
    ['a bare number after a year', 'text', `The hive was built in the spring of 1945.12 ${next}`, []],
    ['no space after the full stop', 'text', `${bee}${next}`, []],
    ['a title over it', 'text', `Bees\n${bee}`, []],
    ['a tab before each paragraph', 'text', `\t${bee}\n\n\t${next}\n`, [bee, next]],
    ['four spaces before each paragraph', 'text', `    ${bee}\n\n    ${next}\n`, [bee, next]],
    ['a first line that is indented', 'text', `  ${bee}\n  ${next}\n`, [bee, next]],
    ['a hanging indent', 'text', `The bee keeps a small hive\n    under the roof of the barn.\n`, [bee]],
    ['a block that a colon pair makes code', 'text', `An example::\n\n    ${bee}\n\n${next}\n`, [next]],
    ['a gap of columns', 'text', 'The bee keeps a small     hive under the roof of the barn.\n', []],
    ['a tick of a task that is not done', 'markdown', `- [ ] ${bee}\n- [x] ${next}\n`, []],
    ['a year that looks like a number in a list', 'markdown', `1986. ${bee}`, []],
    ['YAML', 'markdown', `---\ntitle: Bees\n---\n${bee}`, [bee]],
    ['YAML that ends in dots', 'markdown', `---\ntitle: Bees\n...\n${bee}`, [bee]],
    ['TOML', 'markdown', `+++\ntitle = "Bees"\n+++\n${bee}`, [bee]],
    ['JSON', 'markdown', `{\n"title": "Bees"\n}\n${bee}`, [bee]],
    ['a rule and no front matter', 'markdown', `---\n\n${bee}\n\n---\n\n${next}\n`, [bee, next]],
    [
      'front matter that says a sentence',
      'markdown',
      `---\ntext: The wasp keeps no hive under the roof at all.\n---\n${bee}`,
      [bee],
    ],
    ['no front matter but a setext heading', 'markdown', `---yaml\ntitle: Bees\n---\n${bee}`, [bee]],
    ['an element that strikes it out whole', 'html', `<del><p>${bee}</p></del><p>${next}</p>`, [next]],
    [
      'a style that strikes it out whole',
      'html',
      `<div style="text-decoration:line-through"><p>${bee}</p></div><p>${next}</p>`,
      [next],
    ],
    [
      'a style sheet that hides a word',
      'html',
      `<style>.x { display: none }</style><p>The bee keeps <i class="x">no</i> small hive under the roof.</p><p>${next}</p>`,
      [next],
    ],
    ['a component of MDX', 'markdown', `<Deprecated>\n\n${bee}\n\n</Deprecated>\n\n${next}`, [next]],
    [
      'a question and its answer',
      'text',
      `Q: Does the bee keep a small hive under the roof of it?\n\n${next}`,
      [next],
    ],
  ])(
    'given %s, when it is read, then nothing is changed and nothing is added',
    async (_, kind, source, expected) => {
      expect(await quoted(kind, source)).toEqual(expected);
    },
  );

  it.each([
    ['# Bees[^1] of the north {#bees}', 'Bees of the north'],
    ['# Bees <sup>[2]</sup> of `code` ![logo](x)', 'Bees of `code`'],
    ['# The {old} bees', 'The {old} bees'],
  ])(
    'given the heading "%s", when it is read, then the title has its words alone: "%s"',
    async (heading, title) => {
      const source = `${heading}\n\nThe bee keeps a small hive under the roof of the barn.\n\n[^1]: A note.\n`;
      const read = await extract('markdown', new TextEncoder().encode(source), () => {});
      expect([read.title, read.sentences[0]?.heading]).toEqual([title, title]);
    },
  );

  it.each([
    ["It was the bee of St. Mary's. The keeper opened the hive in the morning.", 2],
    ["The old keeper of the hive wasn't. The bee flew over the roof of the barn.", 2],
    ["The bee was with the writer O. Henry's wife. The bee flew over the barn.", 2],
    ["The bee was with the keeper 'A. Smith' in the barn of the king.", 1],
  ])('given "%s", when it is cut, then it has %i sentences', async (text, count) => {
    const read = await extract('text', new TextEncoder().encode(text), () => {});
    expect(read.total).toBe(count);
  });

  it('given front matter with sentences in it, when it is read, then they are counted', async () => {
    const source = `---\ntitle: Bees\ntext: The wasp keeps no hive. It is small.\n---\n${bee}`;
    const { leftOut, total } = await extract('markdown', new TextEncoder().encode(source), () => {});
    expect(leftOut).toEqual({ front_matter: 2 });
    expect(total).toBe(3);
  });
});

describe('sources as they came from the field', () => {
  async function findings(
    topic: string,
    files: Readonly<Record<string, string>>,
    minutes = 1,
  ): Promise<string[]> {
    const folder = await emptyFolder();
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const session = await newSession(topic, { sources: folder, minutes });
    await offlineCrew().research(session.context('research'));
    const all = await readArtifactJson<{ findings: Finding[] }>(session, 'research/research_findings.json');
    return all.findings.map(({ text }) => text).sort();
  }

  it('given a novel of 600 KB with a paragraph a line, when it is researched, then it is read', async () => {
    const parts = [
      ['The keeper', 'The farmer', 'The sailor', 'The teacher'],
      ['opened', 'watched', 'carried', 'painted'],
      ['the wooden door', 'the small boat', 'the heavy lamp', 'the honey'],
      ['in the early morning', 'behind the house', 'near the harbour', 'before the winter'],
    ];
    let seed = 7;
    const one = (of: readonly string[]): string => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return of[seed % of.length] ?? '';
    };
    let novel = '';
    while (novel.length < 600_000)
      novel += `${Array.from({ length: 6 }, () => `${parts.map(one).join(' ')}.`).join(' ')}\n`;
    expect((await findings('The keeper', { 'novel.txt': novel }, 0.3)).length).toBeGreaterThan(3);
  });

  it('given six sentences with citations, as a page and as Markdown, when they are researched, then all six are found', async () => {
    const six = [
      'The keeper opens the hive when the flowers of the meadow bloom',
      'The northern bee flies only in the warm hours of the day',
      'The northern bee keeps a small hive under the roof of the barn',
      'The northern bee stores dark honey for the long winter of the region',
      'The queen lives for four years in the middle of the hive',
      'The workers build the cells of the hive from soft wax',
    ];
    const page = `<html><head><title>Bee</title></head><body><h1>Bee</h1><p>${six.map((s, i) => `${s}.<sup><a href="#n${String(i)}">[${String(i + 1)}]</a></sup>`).join(' ')}</p></body></html>`;
    const notes = `# Bee\n\n${six.map((s, i) => `${s}.[^${String(i + 1)}]`).join(' ')}\n\n${six.map((_, i) => `[^${String(i + 1)}]: Book ${String(i)}.`).join('\n')}\n`;
    const expected = six.map((sentence) => `${sentence}.`);
    expect(await findings('The northern bee', { 'bee.html': page })).toEqual(expected);
    expect(await findings('The northern bee', { 'notes.md': notes })).toEqual(expected);
  });

  it('given links, decades, powers and brackets, when they are researched, then what is found stands there', async () => {
    // "The same shop" leans on a shop that was named before: its sentence is left out.
    const files = {
      'brackets.md':
        'The effect was (not) visible to the engineers in the first trial. The reviewers found the method (un)reliable in most of the trials.\n',
      'powers.md':
        'The lake holds 10³ times more water than the pond in the park. The bees fly 10<sup>6</sup> meters in their life according to the book. The room measures 25 m² and holds a table for twelve people.\n',
      'decades.md':
        'The garden was planted in the 1920s by a man who loved the bees. The band toured during the 80s and sold many records in the north. The company sold iPhone 5s phones and Galaxy phones in the same shop.\n',
      'links.md':
        'Engines such as [Temporal] keep a history of all events in a database. The [Node] runtime is fast and the bees like it very much.\n\n[Temporal]: https://temporal.io\n[Node]: https://nodejs.org\n',
    };
    expect(await findings('The topic', files)).toEqual([
      'Engines such as Temporal keep a history of all events in a database.',
      'The Node runtime is fast and the bees like it very much.',
      'The band toured during the 80s and sold many records in the north.',
      'The bees fly 10⁶ meters in their life according to the book.',
      'The garden was planted in the 1920s by a man who loved the bees.',
      'The lake holds 10³ times more water than the pond in the park.',
      'The room measures 25 m² and holds a table for twelve people.',
    ]);
  });

  it('given names with accents, when a script is written, then each sentence of them is in it', async () => {
    const folder = await emptyFolder();
    const text =
      'The engineer José opened a small garden in the old town. The teacher watched the garden from the window of the school. The philosopher Søren walked through the garden with a small dog.';
    await writeFile(path.join(folder, 'a.txt'), text);
    const session = await newSession('The garden of José', { sources: folder, minutes: 1 });
    await offlineCrew().research(session.context('research'));
    await offlineCrew().script(session.context('script'));
    const script = await readFile(path.join(session.folder, 'script/polished_script.md'), 'utf8');
    for (const sentence of text.split(/(?<=\.) /u)) expect(script).toContain(sentence);
    expect(script).toContain('The garden of José');
  });
});
