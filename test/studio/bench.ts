import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { ProductionStateManager } from '../../src/index.js';
import { launchChromium } from './chromium.js';
import { startStudio } from './studio-process.js';

// How the studio's page bears a large production: a thousand episodes on the board, ten thousand commits on one timeline. Prints JSON.
const [episodes = 1000, commits = 10_000, updates = 50] = process.argv.slice(2).map(Number);

const parent = mkdtempSync(join(tmpdir(), 'showrunner-bench-'));
const directory = join(parent, 'production');
const manager = await ProductionStateManager.open({
  directory,
  policy: { budgets: { total: '1000.00' }, dailyCap: '100000.00' },
});
const ids = await Promise.all(
  Array.from({ length: episodes }, (_, index) =>
    manager.createEpisodeSession({
      episodeNum: index + 1,
      topic: `Episode ${index + 1} of a large production`,
    }),
  ),
);
const long = ids[0] ?? '';
await Promise.all(
  ids
    .slice(0, episodes / 2)
    .map((sessionId) => manager.updatePhase({ sessionId, phase: 'research', status: 'active' })),
);
const { length: before } = await manager.history(long);
for (let done = before; done < commits; done += 500) {
  await Promise.all(
    Array.from({ length: Math.min(500, commits - done) }, () =>
      manager.addCost({ sessionId: long, phase: 'research', operation: 'perplexity_query', cost: '0.001' }),
    ),
  );
}

const studio = await startStudio(directory);
const browser = await launchChromium();
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const boardMs = await timed(async () => {
    await page.goto(studio.link);
    await page.locator('.row').first().waitFor();
  });
  const firstPaintMs = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0",
  );
  await page.locator('[data-link="live"]').waitFor();
  const board = {
    firstPaintMs: round(firstPaintMs),
    rowsVisibleMs: round(boardMs),
    ...(await weigh(cdp)),
    updateMs: await latency(page, '[data-session] .amount b'),
  };
  const timelineMs = await timed(async () => {
    await page.goto(`${studio.origin}/#/episodes/${long}`);
    await page.locator(`.timeline[data-commits="${(await manager.history(long)).length}"]`).waitFor();
  });
  const slideMs: number[] = [];
  for (let step = 1; step <= 20; step++) {
    slideMs.push(
      await timed(async () => {
        await page.locator('.timeline-slider').fill(String(Math.round((commits / 21) * step)));
        await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
      }),
    );
  }
  await page.getByRole('button', { name: 'Back to now' }).click();
  const timeline = {
    commits,
    allReadMs: round(timelineMs),
    slideMs: spread(slideMs),
    ...(await weigh(cdp)),
    updateMs: await latency(page, '[data-money="episode"] [data-amount="spent"]'),
  };
  console.log(
    JSON.stringify(
      {
        node: process.version,
        browser: browser.version(),
        cpus: cpus().length,
        memoryGb: Math.round(totalmem() / 1e9),
        episodes,
        board,
        timeline,
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  await studio.kill();
  await manager.close();
  rmSync(parent, { recursive: true, force: true });
}

/** From the call that commits, in this process, to the changed text in the browser's document, in milliseconds of the one clock. */
async function latency(page: Page, selector: string): Promise<ReturnType<typeof spread>> {
  const seen: number[] = [];
  for (let update = 0; update < updates; update++) {
    const changed = page.evaluate<number>(`new Promise((resolve) => {
      const texts = () => [...document.querySelectorAll(${JSON.stringify(selector)})].map((place) => place.textContent).join();
      const before = texts();
      const watch = () => (texts() === before ? requestAnimationFrame(watch) : resolve(Date.now()));
      watch();
    })`);
    // The watching has to have begun.
    await page.evaluate('0');
    const began = Date.now();
    await manager.addCost({
      sessionId: long,
      phase: 'research',
      operation: 'perplexity_query',
      cost: '0.01',
    });
    seen.push((await changed) - began);
  }
  return spread(seen);
}

/** What the page holds after a collection of garbage. */
async function weigh(cdp: CDPSession): Promise<{ heapMb: number; nodes: number }> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { heapMb: round(value('JSHeapUsedSize') / 1e6), nodes: value('Nodes') };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function spread(values: number[]): { p50: number; p95: number; most: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
