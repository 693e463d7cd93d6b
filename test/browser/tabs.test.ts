import { join } from 'node:path';
import type { Page, Request } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import type { StudioProcess } from '../studio/studio-process.js';
import { studioFor } from './studio-for.js';
import { closeBrowser, open } from './watched-page.js';

afterAll(closeBrowser);

interface Seven {
  directory: string;
  studio: StudioProcess;
  tabs: Page[];
  /** How many connections of the browser's wait for the server's events. */
  streams: () => number;
  expectFailedRequests: () => void;
}

/** Seven tabs of one browser on the board of a production with one episode. */
async function seven(): Promise<Seven> {
  const directory = join(temporaryDirectory(), 'production');
  await run(directory, 'create', '--topic', 'Bees');
  const studio = await studioFor(directory);
  const { page, expectFailedRequests } = await open(studio.link);
  const waiting = new Map<Request, Page>();
  const context = page.context();
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/events') waiting.set(request, request.frame().page());
  });
  context.on('requestfinished', (request) => waiting.delete(request));
  context.on('requestfailed', (request) => waiting.delete(request));
  // Its stream was begun before anybody counted.
  await page.reload();
  const tabs = [page];
  while (tabs.length < 7) {
    const tab = await page.context().newPage();
    await tab.goto(studio.link);
    tabs.push(tab);
  }
  await expectLive(tabs);
  return {
    directory,
    studio,
    tabs,
    streams: () => [...waiting.values()].filter((tab) => !tab.isClosed()).length,
    expectFailedRequests,
  };
}

async function expectLive(tabs: readonly Page[]): Promise<void> {
  for (const tab of tabs) await tab.locator('[data-link="live"]').waitFor();
}

/** Each tab has an episode on its board that is made now. */
async function expectShown(directory: string, tabs: readonly Page[], topic: string): Promise<void> {
  const id = (await run(directory, 'create', '--topic', topic)).stdout.trim();
  for (const tab of tabs) await tab.locator(`[data-session="${id}"]`).waitFor();
}

describe('seven tabs of one browser', () => {
  test('given one stream, then all are live, any of them can act, and when the one with the connection closes another has it', async () => {
    const { directory, tabs, streams } = await seven();
    await expectShown(directory, tabs, 'Wasps');
    expect(streams()).toBe(1);
    const [first] = tabs;
    expect(await first?.evaluate(() => fetch('/').then(({ status }) => status))).toBe(200);

    await first?.close();
    const left = tabs.slice(1);
    await expectShown(directory, left, 'Hornets');
    await expectLive(left);
    expect(streams()).toBe(1);
  });

  test('given the one with the connection is read anew and the server dies and comes back, then all are live again, by one stream', async () => {
    const { directory, studio, tabs, streams, expectFailedRequests } = await seven();
    expectFailedRequests();
    await tabs[0]?.reload();
    await expectLive(tabs);
    await studio.kill();
    for (const tab of tabs) await tab.locator('[data-link="waiting"]').waitFor();
    await studioFor(directory, studio.port);
    await expectLive(tabs);
    await expectShown(directory, tabs, 'Wasps');
    expect(streams()).toBe(1);
  });
});
