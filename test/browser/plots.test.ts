import { afterAll, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, open } from './watched-page.js';

afterAll(closeBrowser);

test('given one day with money, when the plots are looked at, then that day is one bar at the right of a week, and no wall', async () => {
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({ directory });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '1.25' });
  await manager.close();
  const { page } = await open((await studioFor(directory)).link);
  await page.evaluate(() => {
    location.hash = '#/production';
  });
  const plot = page.locator('.plot').first();
  await plot.locator('canvas').waitFor();
  /** Where a plot has the colour of what was spent: its first and last column, as shares of the width. */
  const bar = () =>
    plot.evaluate((box) => {
      const canvas = box.querySelector('canvas');
      const copy = document.createElement('canvas');
      const brush = copy.getContext('2d', { willReadFrequently: true });
      if (!canvas || !brush) throw new Error('there is no canvas');
      copy.width = canvas.width;
      copy.height = canvas.height;
      brush.fillStyle = getComputedStyle(box).getPropertyValue('--series-1').trim();
      brush.fillRect(0, 0, 1, 1);
      const wanted = brush.getImageData(0, 0, 1, 1).data.join();
      brush.clearRect(0, 0, 1, 1);
      brush.drawImage(canvas, 0, 0);
      const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
      const columns = new Set<number>();
      for (let at = 0; at < data.length; at += 4)
        if (data.slice(at, at + 4).join() === wanted) columns.add((at / 4) % canvas.width);
      const all = [...columns];
      return all.length === 0
        ? null
        : { from: Math.min(...all) / canvas.width, to: Math.max(...all) / canvas.width };
    });
  await expect.poll(bar).not.toBeNull();
  const { from, to } = (await bar()) ?? { from: 0, to: 0 };
  expect(from).toBeGreaterThan(0.75);
  expect(to - from).toBeGreaterThan(0.01);
  expect(to - from).toBeLessThan(0.15);
});
