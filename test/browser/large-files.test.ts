import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waveHeader } from '../../src/crew/audio/wave.js';
import { run } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { startStudio, type StudioProcess } from '../studio/studio-process.js';
import { closeBrowser, goToEpisode, openForAll } from './watched-page.js';

const { directory: parent, remove } = makeTemporaryDirectory();
const directory = join(parent, 'production');
const size = 72 * 1024 * 1024;
const line = `${'a line of a log '.repeat(8)}\n`;
const samplesPerSecond = 16_000;

let studio: StudioProcess;
let watched: Awaited<ReturnType<typeof openForAll>>;
let page: Page;
let id = '';

/** A sound without compression, of nothing. */
function silence(bytes: number): Buffer {
  return Buffer.concat([waveHeader(bytes / 2, samplesPerSecond), Buffer.alloc(bytes)]);
}

beforeAll(async () => {
  id = (await run(directory, 'create', '--topic', 'Bees')).stdout.trim();
  const put = (name: string, text: string | Buffer): void =>
    writeFileSync(join(directory, id, 'research', name), text);
  put('huge.log', line.repeat(Math.ceil(size / line.length)));
  put('one-line.json', `["${'word '.repeat(size / 5)}"]`);
  put('huge.md', '- **a point** of [a list](https://example.com)\n'.repeat(size / 48));
  put('master.wav', silence(size));
  put('short.md', '# Why bees dance\n');
  studio = await startStudio(directory);
  watched = await openForAll(studio.link);
  ({ page } = watched);
  await goToEpisode(page, id);
});
afterEach(async () => {
  await page.keyboard.press('Escape');
  watched.expectNoProblem();
});
afterAll(async () => {
  await closeBrowser();
  await studio.kill();
  remove();
});

describe('given an episode whose files are of 72 MB', () => {
  test.each(['huge.log', 'one-line.json', 'huge.md'])(
    'when Read is pressed at %s, then its beginning is there, with a download of all of it',
    async (name) => {
      await page.getByRole('button', { name: `Read ${name}` }).click();
      await expect
        .poll(() => page.locator('dialog .reader-note').first().textContent())
        .toContain('250.0 kB of');
      expect(await page.locator('.reader').evaluate((text) => text.textContent?.length)).toBe(250_000);
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: /^Download/ }).click();
      expect(statSync(await (await download).path()).size).toBe(
        statSync(join(directory, id, 'research', name)).size,
      );
    },
  );

  test('when its sound is played, then it begins and goes to any place by ranges of the file, and all of it is never loaded', async () => {
    const asked: { range: string | undefined; status: number }[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'media')
        asked.push({ range: response.request().headers()['range'], status: response.status() });
    });
    await page.getByRole('button', { name: 'Play master.wav' }).click();
    const audio = page.locator('audio');
    const seconds = size / 2 / samplesPerSecond;
    await expect
      .poll(() => audio.evaluate((sound: HTMLAudioElement) => sound.duration))
      .toBeCloseTo(seconds, 0);
    await audio.evaluate(
      (sound: HTMLAudioElement, to) =>
        new Promise((resolve) => {
          sound.addEventListener('seeked', resolve, { once: true });
          sound.currentTime = to;
        }),
      seconds - 10,
    );
    await expect.poll(() => asked.length).toBeGreaterThanOrEqual(2);
    for (const each of asked)
      expect(each).toEqual({ range: expect.stringMatching(/^bytes=\d+-/) as string, status: 206 });
    // What it has of the sound is where somebody listened.
    const loaded = await audio.evaluate(({ buffered }: HTMLAudioElement) =>
      Array.from({ length: buffered.length }, (_, index) => buffered.end(index) - buffered.start(index)),
    );
    expect(loaded.reduce((sum, part) => sum + part, 0)).toBeLessThan(seconds / 2);
  });

  test('when the program that draws a text cannot be read, then that is said, and reading the page anew draws it', async () => {
    watched.expectFailedRequests();
    const program = /markdown[^/]*\.js$/;
    await page.route(program, (route) => route.abort());
    await page.reload();
    await goToEpisode(page, id);
    await page.getByRole('button', { name: 'Read short.md' }).click();
    await page.getByText('This part of the page could not be read').waitFor();
    await page.unroute(program);
    await page.getByRole('button', { name: 'Read the page anew' }).click();
    await page.getByRole('button', { name: 'Read short.md' }).click();
    await expect
      .poll(() => page.locator('dialog .prose-heading').allTextContents())
      .toContain('Why bees dance');
  });
});
