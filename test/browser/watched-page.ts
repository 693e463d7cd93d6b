import type { Browser, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { launchChromium } from '../studio/chromium.js';

export interface Look {
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

let browser: Promise<Browser> | undefined;

/** Ends the file's one browser. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page of its own, and what went wrong on it: console errors, exceptions, requests to another host. */
export interface WatchedPage {
  page: Page;
  /** A refused or unanswered request is an error to the console, whatever the page makes of it: for tests that mean to see one. */
  expectFailedRequests(): void;
}

/** Opens a link in a fresh context. When the test is over there must have been no problem. */
export async function open(link: string, look: Look = {}): Promise<WatchedPage> {
  const watched = await openForAll(link, look);
  onTestFinished(async () => {
    await watched.page.context().close();
    watched.expectNoProblem();
  });
  return watched;
}

/** Opens a link for all tests of a file, each of which ends with `expectNoProblem`; closed with the browser. */
export async function openForAll(
  link: string,
  { colorScheme = 'light', width = 1280, height = 900 }: Look = {},
): Promise<WatchedPage & { expectNoProblem(): void }> {
  browser ??= launchChromium();
  const context = await (
    await browser
  ).newContext({ colorScheme, viewport: { width, height }, timezoneId: 'UTC', locale: 'en-GB' });
  const page = await context.newPage();
  const problems: string[] = [];
  let mayFail = false;
  const { origin } = new URL(link);
  page.on('console', (message) => {
    const isRequest = message.text().startsWith('Failed to load resource');
    if ((message.type() === 'error' || message.type() === 'warning') && !(mayFail && isRequest))
      problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`))
      problems.push(`another host: ${url}`);
    // The token is for the header; an address may end up in a log.
    if (/token/i.test(url)) problems.push(`a token in an address: ${url}`);
  });
  await page.goto(link);
  return {
    page,
    expectFailedRequests() {
      mayFail = true;
    },
    expectNoProblem() {
      expect(problems.splice(0)).toEqual([]);
      mayFail = false;
    },
  };
}

/** The episode's own page, from anywhere. */
export async function goToEpisode(page: Page, sessionId: string): Promise<void> {
  await page.evaluate((id) => {
    location.hash = `#/episodes/${id}`;
  }, sessionId);
  await page.locator('.episode-meta code', { hasText: sessionId }).first().waitFor();
  await page.locator('.chart').waitFor();
  await page.locator('.timeline-slider').waitFor();
}
