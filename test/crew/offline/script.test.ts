import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { offlineCrew } from '../../../src/crew/offline/index.js';
import type { Finding } from '../../../src/crew/offline/research/reports.js';
import type { SpokenScript } from '../../../src/crew/offline/script/lines.js';
import { expectedSeconds } from '../../../src/crew/offline/script/pace.js';
import { sourceNames } from '../../../src/crew/offline/script/source-names.js';
import { sayableHeading } from '../../../src/crew/offline/research/theme-title.js';
import { isSpeakable, speakableTitle, spokenForm } from '../../../src/crew/offline/script/speakable.js';
import { emptyFolder, newSession, readArtifactJson, sourcesFolder } from './workspace.js';

const topic = 'The lighthouse lamp and its keepers';

async function written(minutes: number) {
  const session = await newSession(topic, { sources: await sourcesFolder(), minutes });
  const crew = offlineCrew();
  await crew.research(session.context('research'));
  await crew.script(session.context('script'));
  const script = await readArtifactJson<SpokenScript>(session, 'script/script.json');
  return { session, script, texts: script.lines.map(({ text }) => text) };
}

describe('script', () => {
  it('given sources that carry the length, when a script is written, then it takes the wished time within a tenth', async () => {
    for (const minutes of [0.75, 1.2]) {
      const { script } = await written(minutes);
      expect(Math.abs(expectedSeconds(script.lines) / 60 - minutes) / minutes).toBeLessThan(0.1);
    }
  });

  it('given sources too short for the minutes, when a script is written, then it is shorter, says so and reports it', async () => {
    const { script, texts, session } = await written(30);
    expect(expectedSeconds(script.lines)).toBeLessThan(180);
    expect(texts.join(' ')).toContain('do not carry the 30 minutes asked for');
    expect(await readArtifactJson(session, 'script/quality_report.json')).toMatchObject({
      short_of_wanted: true,
      wanted_minutes: 30,
    });
  });

  it('given a script, when it opens, then it states the topic, the synthetic voices, the automatic extraction and the sources', async () => {
    const { script } = await written(1);
    const opening = script.lines
      .filter(({ segment }) => segment === 0)
      .map(({ text }) => text)
      .join(' ');
    expect(opening).toContain(topic);
    expect(opening).toMatch(/A\.I\..*voices are synthetic.*extracted automatically from \d documents: /u);
    for (const { title } of script.sources) expect(opening).toContain(title);
  });

  it('given a script, when its quoted lines are looked up, then each names a finding and its sentence', async () => {
    const { script, session } = await written(1);
    const { findings } = await readArtifactJson<{ findings: Finding[] }>(
      session,
      'research/research_findings.json',
    );
    const quoted = script.lines.flatMap(({ source }) => source ?? []);
    expect(quoted.length).toBeGreaterThan(3);
    for (const { finding, file, sentence } of quoted)
      expect(findings.find(({ id }) => id === finding)).toMatchObject({ file, sentence });
    const heard = quoted.map(({ finding }) => finding);
    expect(new Set(heard).size).toBe(heard.length);
  });

  it('given a sentence that leans on the one before, when it is quoted, then that one stands right before it', async () => {
    const { script } = await written(30);
    const at = script.lines.findIndex(({ text }) => text.startsWith('This lens turns'));
    expect(at).toBeGreaterThan(0);
    expect(script.lines[at - 1]?.text).toContain('behind a glass lens');
  });

  it("given the files of a script, when they are read, then every quote has its finding's words, and the first draft has what was cut", async () => {
    const { session, texts } = await written(1);
    const initial = await readFile(path.join(session.folder, 'script/initial_script.md'), 'utf8');
    expect(initial).toMatch(/\[\^f\d{3}\]: [\w.]+, sentence \d+/u);
    for (const text of texts) expect(spokenForm(text)).toBeDefined();
    const polished = await readFile(path.join(session.folder, 'script/polished_script.md'), 'utf8');
    expect(initial.length).toBeGreaterThan(polished.length);
    const { findings } = await readArtifactJson<{ findings: Finding[] }>(
      session,
      'research/research_findings.json',
    );
    const { lines } = await readArtifactJson<SpokenScript>(session, 'script/script.json');
    const quotes = lines.flatMap(({ text, source }) => (source === null ? [] : [[source.finding, text]]));
    const own = new Map(findings.map(({ id, text }) => [id, text]));
    expect(quotes).toEqual(quotes.map(([id = '']) => [id, own.get(id)]));
    for (const name of ['consensus_score', 'engagement_score']) {
      expect(session.scores.get(name)).toBeGreaterThanOrEqual(0);
      expect(session.scores.get(name)).toBeLessThanOrEqual(1);
    }
  });

  it('given no research, when a script is asked for, then the missing artifact is named', async () => {
    const session = await newSession(topic, { sources: 'docs' });
    await expect(offlineCrew().script(session.context('script'))).rejects.toMatchObject({
      code: 'artifact_invalid',
      field: 'research/research_findings.json',
    });
  });
});

describe('what the voice gets', () => {
  it.each([
    [
      'Edit package.json, e.g. with an editor (any will do).',
      'Edit package dot json, for example with an editor, any will do.',
    ],
    ['It costs $7.00 \u2013 about 80% of the budget.', 'It costs 7 dollars, about 80 percent of the budget.'],
    ['The garden cost $1.5 million.', 'The garden cost 1.5 million dollars.'],
    [
      'The call createTestModel throws within 20 ms.',
      'The call create test model throws within 20 milliseconds.',
    ],
    [
      'Guards such as can_recover decide when the read/write lock is free.',
      'Guards such as can recover decide when the read or write lock is free.',
    ],
    ['Caf\u00e9s pay \u2265 5 coins & more\u2026', 'Cafes pay at least 5 coins and more'],
    [
      'S\u00f8ren and \u0141ukasz took the Wei\u00dfe Stra\u00dfe.',
      'Soren and Lukasz took the Weisse Strasse.',
    ],
    ['The garden of the 1920s is old.', 'The garden of the nineteen twenties is old.'],
    ["The band toured during the 80s and the '90s.", 'The band toured during the eighties and the nineties.'],
    ['The company sold iPhone 5s phones.', 'The company sold i phone 5s phones.'],
    ['It waits for 5 s and then 1.5s more.', 'It waits for 5 seconds and then 1.5 seconds more.'],
    ['It holds 10\u00b3 times more.', 'It holds 10 to the power of 3 times more.'],
    ['It is 10\u207b\u00b9\u00b2 wide.', 'It is 10 to the power of minus 12 wide.'],
    [
      'The room measures 25 m\u00b2 and 3 km\u00b2.',
      'The room measures 25 square meters and 3 square kilometers.',
    ],
    ['The effect (which nobody saw) was there.', 'The effect, which nobody saw, was there.'],
    ['The Boeing 747-400 was there for 5-10 days.', 'The Boeing 747 400 was there for 5 to 10 days.'],
    [
      'It ran at 10 km/h and read 5 MB/s.',
      'It ran at 10 kilometers per hour and read 5 megabytes per second.',
    ],
    ['It is issue #5 of it.', 'It is issue number 5 of it.'],
    ['The H\u2082O in it is cold.', 'The H2O in it is cold.'],
  ])('given "%s", when it is spoken, then the voice gets "%s"', (text, said) => {
    expect(spokenForm(text)).toBe(said);
  });

  it.each([
    'A set A \u2282 B is kept.',
    'The word bcdfghjk cannot be said.',
    'It costs 5 \u20bf a day.',
    'The value of 10 - 3 is seven.',
    'The garden of 1945\u00b9\u00b2 is old.',
    'It costs 2,50 \u20ac a day.',
    'It sold 1,5 million boxes.',
    'It is \u2152 of the whole.',
    'It fell to -5 degrees in the night.',
    `It is ${'very '.repeat(40)}long.`,
  ])('given "%s", when it cannot be said, then it is not quoted', (text) => {
    expect(isSpeakable(text)).toBe(false);
  });
});

describe('a topic', () => {
  it.each([
    '\u871c\u8702\u4e3a\u4ec0\u4e48\u8df3\u821e',
    '\u{1F41D}\u{1F41D}',
    '\u041f\u0447\u0435\u043b\u044b and bees',
    '...',
    '\u03b1\u03b2\u03b3',
  ])(
    'given the topic "%s", when research starts, then it is refused instead of said with a gap',
    async (foreign) => {
      const session = await newSession(foreign, { sources: await sourcesFolder() });
      await expect(offlineCrew().research(session.context('research'))).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'topic',
      });
    },
  );

  it('given a topic and sources with accents, when a script is written, then both keep them', async () => {
    const folder = await emptyFolder();
    await writeFile(
      path.join(folder, 'a.txt'),
      'The engineer Jos\u00e9 opened a small garden in the old town. The philosopher S\u00f8ren was in the garden with a small dog.',
    );
    const session = await newSession('The garden of Jos\u00e9', { sources: folder, minutes: 1 });
    await offlineCrew().research(session.context('research'));
    await offlineCrew().script(session.context('script'));
    const { lines } = await readArtifactJson<SpokenScript>(session, 'script/script.json');
    const said = lines.map(({ text }) => text).join('\n');
    expect(said).toContain('Today: The garden of Jos\u00e9. I am Robin');
    expect(said).toContain('The engineer Jos\u00e9 opened a small garden in the old town.');
    expect(said).toContain('The philosopher S\u00f8ren was in the garden with a small dog.');
  });
});

describe('a title', () => {
  it.each([
    ['Bees & <b>honey</b>: a $5 story', 'Bees & honey, a $5 story'],
    ['Bees {in} 5% of <3 gardens>', 'Bees in 5% of 3 gardens'],
    ['\u{1F41D} Bees: the £2 hive \u871c', 'Bees, the £2 hive'],
  ])(
    'given the title "%s", when it has signs that nobody can say, then those alone are left out: "%s"',
    (title, said) => {
      expect(speakableTitle(title)).toBe(said);
      expect(spokenForm(said)).toBeDefined();
    },
  );
});

describe('what a listener hears', () => {
  it('given several parts, when the script opens, then the listener is told of each, and each chapter begins with its name', async () => {
    const { script } = await written(3);
    const chapters = script.segments.slice(1, -1);
    const opening = script.lines.filter(({ segment }) => segment === 0).map(({ text }) => text);
    expect(chapters.length).toBeGreaterThan(1);
    for (const { segment, title } of chapters) {
      const name = new RegExp(title, 'iu');
      expect(opening.at(-1)).toMatch(name);
      expect(script.lines.find((line) => line.segment === segment)?.text).toMatch(name);
    }
  });

  it.each([
    ['The Keepers of the North', [], 'the keepers of the north'],
    ['The Life of Marlow', ['Marlow'], 'the life of Marlow'],
    ['The life of José in Łódź', [], 'the life of José in Łódź'],
    ['Bees in winter', [], 'bees in winter'],
  ])('given the heading "%s", when it is said, then names keep their capitals', (heading, names, said) => {
    expect(sayableHeading(heading, new Set(names))).toBe(said);
  });
});

describe('two folders of one name', () => {
  it('given guides of one name in both, when a script is written, then files and spoken names are told apart', async () => {
    const folder = await emptyFolder();
    for (const [side, title] of [
      ['a', 'Bees in the north'],
      ['b', 'Bees in the south'],
    ] as const) {
      await mkdir(path.join(folder, side, 'docs'), { recursive: true });
      await writeFile(
        path.join(folder, side, 'docs/guide.md'),
        `# ${title}\n\nThe bee of side ${side} keeps a small hive under the roof of the barn. The ${side === 'a' ? 'warm' : 'cold'} bee flies only in the ${side} hours of the long day.\n`,
      );
    }
    const sources = [path.join(folder, 'a/docs'), path.join(folder, 'b/docs')];
    const session = await newSession('The bee', { sources, minutes: 1 });
    await offlineCrew().research(session.context('research'));
    await offlineCrew().script(session.context('script'));
    const script = await readArtifactJson<SpokenScript>(session, 'script/script.json');
    expect(script.sources.map(({ file }) => file)).toEqual(['a/docs/guide.md', 'b/docs/guide.md']);
    expect(script.lines[1]?.text).toContain('Bees in the north and Bees in the south');
  });

  it('given a title that is a clause, when its source is named, then the name fits into a sentence', () => {
    const names = sourceNames([{ file: 'money.md', title: 'How money works' }]);
    expect([...names.values()]).toEqual(['the page called How money works']);
  });

  it('given sources of one title, when they are named, then no two have one name', () => {
    const files = ['a/docs/guide.md', 'b/docs/guide.md', 'c/guide.md', 'guide.md', 'guide.txt'];
    const names = sourceNames(files.map((file) => ({ file, title: 'The same old guide' })));
    expect(new Set(names.values()).size).toBe(files.length);
  });
});
