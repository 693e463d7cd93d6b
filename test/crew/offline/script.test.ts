import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEnglish, type English } from '../../../src/crew/offline/english.js';
import { offlineCrew } from '../../../src/crew/offline/index.js';
import type { Finding } from '../../../src/crew/offline/research/reports.js';
import type { SpokenScript } from '../../../src/crew/offline/script/lines.js';
import { expectedSeconds } from '../../../src/crew/offline/script/pace.js';
import { speakable } from '../../../src/crew/offline/script/speakable.js';
import { newSession, readArtifactJson, sourcesFolder } from './workspace.js';

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
    expect(texts.join(' ')).toContain('do not carry the 30 minutes that were asked for');
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

  it("given the files of a script, when they are read, then the initial one has the source's words and the polished one only sayable signs", async () => {
    const { session, texts } = await written(1);
    const initial = await readFile(path.join(session.folder, 'script/initial_script.md'), 'utf8');
    expect(initial).toMatch(/\[\^f\d{3}\]: [\w.]+, sentence \d+/u);
    for (const text of texts) expect(text).toMatch(/^[A-Za-z\d ,.;:'"?!-]+$/u);
    expect(session.scores.get('brand_consistency')).toBe(1);
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

describe('speakable', () => {
  let english: English;
  beforeAll(async () => {
    english = await loadEnglish();
  });

  it.each([
    [
      'Edit package.json, e.g. with an editor (any will do).',
      'Edit package dot json, for example with an editor.',
    ],
    ['It costs $7.00 – about 80% of the budget.', 'It costs 7 dollars, about 80 percent of the budget.'],
    [
      'The call createTestModel throws within 20 ms.',
      'The call create test model throws within 20 milliseconds.',
    ],
    [
      'Guards such as can_recover decide when the read/write lock is free.',
      'Guards such as can recover decide when the read or write lock is free.',
    ],
    ['Caf\u00e9s pay \u2265 5 coins & more\u2026', 'Cafes pay at least 5 coins and more.'],
    [
      'The chart decides what happens next in each phase; the journal remembers every step that was taken before.',
      'The chart decides what happens next in each phase. The journal remembers every step that was taken before.',
    ],
  ])('given "%s", when it is made speakable, then the ear gets "%s"', (text, said) => {
    expect(speakable(text, english)).toBe(said);
  });

  it.each([
    'A set A \u2282 B is kept.',
    'The word bcdfghjk cannot be said.',
    `It is ${'very '.repeat(40)}long.`,
  ])('given "%s", when it cannot be said, then it is left out', (text) => {
    expect(speakable(text, english)).toBeUndefined();
  });
});
