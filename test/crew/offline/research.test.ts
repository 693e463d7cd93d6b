import { open, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { offlineCrew } from '../../../src/crew/offline/index.js';
import type { Finding, SkippedFile } from '../../../src/crew/offline/research/reports.js';
import { simplePdf } from './simple-pdf.js';
import { emptyFolder, newSession, readArtifactJson, sourcesFolder } from './workspace.js';

const topic = 'The lighthouse lamp and its keepers';

interface Validation {
  files_read: { file: string; kind: string; findings: number; utf8_repairs: number }[];
  files_skipped: SkippedFile[];
  utf8_repairs: number;
  sentences: { duplicates_removed: number; dropped: Record<string, number> };
  scores: { topic_coverage: number };
}

async function researched(sources: string | string[], minutes = 3) {
  const session = await newSession(topic, { sources, minutes });
  await offlineCrew().research(session.context('research'));
  const { findings } = await readArtifactJson<{ findings: Finding[] }>(
    session,
    'research/research_findings.json',
  );
  const validation = await readArtifactJson<Validation>(session, 'research/validation_report.json');
  return { session, findings, validation, texts: findings.map(({ text }) => text) };
}

describe('documents that are not read', () => {
  it('given a document of a type that nobody reads and a picture, when research ends, then its last words name the document', async () => {
    const folder = await sourcesFolder();
    await writeFile(path.join(folder, 'diary.docx'), 'The keeper kept a diary.');
    await writeFile(path.join(folder, 'lamp.png'), 'a picture');
    await writeFile(path.join(folder, 'scan.pdf'), '%PDF-1.7 broken');
    const { session } = await researched(folder);
    expect(session.progress.at(-1)?.message).toMatch(
      /^Found \d+ sentences in \d+ sources\. Not read: diary\.docx \(a type that is not read\); scan\.pdf \(damaged or locked\)\.$/u,
    );
  });

  it('given one sentence in one source, when research ends, then it is counted as one', async () => {
    const folder = await emptyFolder();
    await writeFile(
      path.join(folder, 'a.txt'),
      'The keeper of the lighthouse opens the wooden door in the early morning.',
    );
    const { session } = await researched(folder);
    expect(session.progress.at(-1)?.message).toBe('Found 1 sentence in 1 source');
  });
});

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ');

describe('research', () => {
  it('given a plain text, when it is researched, then every finding stands in it word for word', async () => {
    const folder = await sourcesFolder();
    const { findings, session } = await researched(path.join(folder, 'storms.txt'));
    const source = oneLine(await readFile(path.join(folder, 'storms.txt'), 'utf8'));
    expect(findings.length).toBeGreaterThan(3);
    for (const { text } of findings) expect(source).toContain(text);
    // Nobody but a person can say that a finding is true.
    expect([...session.scores.keys()]).toEqual(['research_depth']);
  });

  it('given Markdown, when it is researched, then prose is found without its markup and code, tables and front matter are not', async () => {
    const { texts, findings } = await researched(path.join(await sourcesFolder(), 'lighthouse.md'));
    expect(texts).toContain('The lamp of the lighthouse is filled with vegetable oil behind a glass lens.');
    expect(texts).toContain('Dr. Marlow measured the beam of the lamp in the spring of that year.');
    expect(texts.join(' ')).not.toMatch(/never read|hidden front|[*`|#]|https/u);
    expect(findings.find(({ text }) => text.startsWith('Two keepers'))?.heading).toBe('The keepers');
  });

  it('given HTML with scripts and navigation, when it is researched, then only the article is heard', async () => {
    const { texts, validation } = await researched(path.join(await sourcesFolder(), 'museum.html'));
    expect(texts).toContain('The museum keeps the first lens of the lighthouse behind a rope.');
    expect(texts.join(' ')).not.toMatch(/never be heard/u);
    expect(validation.files_read[0]?.kind).toBe('html');
  });

  it('given a PDF with text and one without, when they are researched, then the first is quoted and the second reported', async () => {
    const folder = await emptyFolder();
    await writeFile(
      path.join(folder, 'report.pdf'),
      simplePdf([
        [
          'The lamp of the lighthouse was lit for the first time in spring.',
          'The keepers of the tower celebrate the day with a long dinner.',
        ],
      ]),
    );
    await writeFile(path.join(folder, 'scan.pdf'), simplePdf([[]]));
    const { texts, validation } = await researched(folder);
    expect(texts.join(' ')).toContain('The lamp of the lighthouse was lit for the first time in spring.');
    expect(validation.files_skipped).toContainEqual({ file: 'scan.pdf', reason: 'no_text' });
  });

  it('given files that must not be read, when the folder is researched, then each is reported with its reason', async () => {
    const folder = await sourcesFolder();
    await writeFile(
      path.join(folder, '.secret.md'),
      'The hidden sentence about the lighthouse lamp must never be found.',
    );
    await writeFile(path.join(folder, 'empty.md'), '');
    await writeFile(path.join(folder, 'noise.txt'), new Uint8Array([84, 104, 101, 0, 1, 2]));
    await writeFile(path.join(folder, 'photo.jpg'), 'not a photo');
    await writeFile(path.join(folder, 'copy.txt'), await readFile(path.join(folder, 'storms.txt')));
    const large = await open(path.join(folder, 'huge.txt'), 'w');
    await large.truncate(200 * 1024 * 1024);
    await large.close();
    const before = process.memoryUsage().rss;
    const { validation } = await researched(folder);
    expect(validation.files_skipped).toEqual(
      expect.arrayContaining([
        { file: '.secret.md', reason: 'hidden' },
        { file: 'empty.md', reason: 'empty' },
        { file: 'noise.txt', reason: 'binary' },
        { file: 'photo.jpg', reason: 'unsupported_type' },
        { file: 'huge.txt', reason: 'too_large' },
        { file: 'storms.txt', reason: 'duplicate' },
      ]),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(190 * 1024 * 1024);
  });

  it('given links that leave the folder, when it is researched, then they are refused and nothing behind them is read', async () => {
    const folder = await sourcesFolder();
    const outside = await emptyFolder();
    await writeFile(
      path.join(outside, 'private.md'),
      'The private lighthouse lamp of the keepers is a secret that must stay outside.',
    );
    await symlink(path.join(outside, 'private.md'), path.join(folder, 'private.md'));
    await symlink(outside, path.join(folder, 'folder'));
    await symlink(path.join(folder, 'storms.txt'), path.join(folder, 'inside.txt'));
    await symlink(path.join(folder, 'nowhere'), path.join(folder, 'broken.txt'));
    const { texts, validation } = await researched(folder);
    expect(texts.join(' ')).not.toContain('private');
    expect(validation.files_skipped).toEqual([
      { file: 'broken.txt', reason: 'broken_link' },
      { file: 'folder', reason: 'link_leaves_folder' },
      { file: 'inside.txt', reason: 'link_to_inside' },
      { file: 'private.md', reason: 'link_leaves_folder' },
    ]);
  });

  it('given bytes that are not UTF-8, when a file is researched, then they are repaired or their sentence is left out, and counted', async () => {
    const folder = await emptyFolder();
    const latin1 = Buffer.from(
      'The caf\u00e9 of the lighthouse sells bread to the keepers every morning.',
      'latin1',
    );
    const mixed = Buffer.concat([
      Buffer.from('The na\u00efve keeper of the lamp sold his bo'),
      Buffer.from([0xff]),
      Buffer.from('at to a stranger in the harbour.'),
    ]);
    await writeFile(path.join(folder, 'latin.txt'), latin1);
    await writeFile(path.join(folder, 'mixed.txt'), mixed);
    const { texts, validation } = await researched(folder);
    expect(texts).toContain('The caf\u00e9 of the lighthouse sells bread to the keepers every morning.');
    expect(texts.join(' ')).not.toContain('stranger');
    expect(validation.sentences.dropped).toMatchObject({ damaged_sign: 1 });
    expect(validation.utf8_repairs).toBe(2);
  });

  it.each([
    ['a folder that does not exist', async () => path.join(await emptyFolder(), 'missing')],
    ['an empty folder', emptyFolder],
    [
      'a folder with nothing readable',
      async () => {
        const folder = await emptyFolder();
        await writeFile(path.join(folder, 'photo.jpg'), 'x');
        return folder;
      },
    ],
    [
      'prose without a whole sentence',
      async () => {
        const folder = await emptyFolder();
        await writeFile(path.join(folder, 'list.md'), '# Lamp\n\n- oil\n- glass\n');
        return folder;
      },
    ],
  ])('given %s, when it is researched, then the input is refused by name', async (_, make) => {
    const session = await newSession(topic, { sources: await make() });
    await expect(offlineCrew().research(session.context('research'))).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'sources',
    });
  });

  it('given options of the wrong kind, when research starts, then the option is named', async () => {
    const session = await newSession(topic, { sources: 'docs', minutes: 'three' });
    await expect(offlineCrew().research(session.context('research'))).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'minutes',
    });
  });

  it('given research that is settled, when it runs again, then nothing is done twice until a source changes', async () => {
    const folder = await sourcesFolder();
    const { session } = await researched(folder);
    const again = async (attempt: number): Promise<unknown> =>
      offlineCrew().research(session.context('research', { attempt }));
    await again(2);
    expect(session.ran).toHaveLength(1);
    await unlink(path.join(folder, 'museum.html'));
    await again(3);
    expect(session.ran).toHaveLength(2);
    const findings = await readArtifactJson<{ findings: Finding[] }>(
      session,
      'research/research_findings.json',
    );
    expect(findings.findings.map(({ file }) => file)).not.toContain('museum.html');
  });

  it('given an artifact that was overwritten after it settled, when research runs again, then it is made anew', async () => {
    const { session } = await researched(await sourcesFolder());
    const file = path.join(session.folder, 'research/research_findings.json');
    const before = await readFile(file, 'utf8');
    await writeFile(file, '{}');
    await offlineCrew().research(session.context('research', { attempt: 2 }));
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});
