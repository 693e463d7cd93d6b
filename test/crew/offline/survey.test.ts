import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { survey } from '../../../src/crew/offline/index.js';
import { emptyFolder, sourcesFolder } from './workspace.js';

const sentence = (number: number): string =>
  `The keeper number ${String(number)} opens the wooden door of the house in the early morning.`;

async function book(name: string, from: number, count: number, folder: string): Promise<void> {
  const text = Array.from({ length: count }, (_, index) => sentence(from + index)).join(' ');
  await writeFile(path.join(folder, name), text);
}

describe('survey', () => {
  it('given ten sentences of fifteen words, when they are looked at, then they hold a minute', async () => {
    const folder = await emptyFolder();
    await book('a.txt', 100, 10, folder);
    expect(await survey('The keeper', folder, 3)).toBeCloseTo(1);
  });

  it('given the same sentences in two files, when they are looked at, then they count once', async () => {
    const folder = await emptyFolder();
    await book('a.txt', 100, 10, folder);
    await book('b.txt', 100, 11, folder);
    expect(await survey('The keeper', folder, 3)).toBeCloseTo(1.1);
  });

  it('given far more than is wished, when it is looked at, then no more is read than it takes to know', async () => {
    const folder = await emptyFolder();
    await book('a.txt', 100, 100, folder);
    await book('b.txt', 300, 100, folder);
    expect(await survey('The keeper', folder, 1)).toBeCloseTo(10);
  });

  it('given documents that nobody reads, before and after what suffices, when sources are looked at, then each is told', async () => {
    const folder = await emptyFolder();
    await writeFile(path.join(folder, 'a.docx'), 'The diary.');
    await book('b.txt', 100, 100, folder);
    await writeFile(path.join(folder, 'c.csv'), 'The table.');
    await writeFile(path.join(folder, 'd.png'), 'A picture.');
    const notes: string[] = [];
    await survey('The keeper', folder, 1, undefined, { note: (words) => void notes.push(words) });
    expect(notes).toEqual(['Not read: a.docx, c.csv (a type that is not read).']);
  });

  it.each([
    ['a topic in Chinese', '\u871C\u8702\u4E3A\u4EC0\u4E48\u8DF3\u821E', 'topic'],
    ['a topic of emoji', '\u{1F41D}\u{1F41D}', 'topic'],
    ['a topic of signs', '?!', 'topic'],
  ])('given %s, when it is looked at, then it is refused by name', async (_, topic, field) => {
    await expect(survey(topic, await sourcesFolder(), 3)).rejects.toMatchObject({
      code: 'invalid_input',
      field,
    });
  });

  it('given sources without text, when they are looked at, then they are refused with the reason of each', async () => {
    const folder = await emptyFolder();
    await writeFile(path.join(folder, 'photo.jpg'), 'x');
    await writeFile(path.join(folder, 'empty.md'), '');
    await expect(survey('The keeper', folder, 3)).rejects.toThrow(
      /empty\.md: empty, photo\.jpg: unsupported_type/u,
    );
  });

  it('given sources in German and one sentence of a sign that nobody can say, when they are looked at, then they are refused with the reasons', async () => {
    const folder = await emptyFolder();
    await writeFile(
      path.join(folder, 'a.md'),
      'Die Biene ist ein kleines Tier und lebt in dem Garten. The garden of the old king is worth 5\u20bf to him.',
    );
    await expect(survey('The keeper', folder, 3)).rejects.toThrow(
      /of 2 pieces of text none can be quoted \(not_english 1, cannot_be_said 1\)\. Give prose in English/u,
    );
  });

  it('given a signal that has aborted, when sources are looked at, then nothing is', async () => {
    const folder = await sourcesFolder();
    await expect(survey('The keeper', folder, 3, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});
