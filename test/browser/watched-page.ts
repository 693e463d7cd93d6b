import { chromium, type Browser, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** Debian's place for it; no browser is downloaded. */
const executablePath = process.env['SHOWRUNNER_CHROMIUM'] ?? '/usr/bin/chromium';

export interface Look {
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

let browser: Promise<Browser> | undefined;

/** The file's one browser; it ends with the worker process, and {@link closeBrowser} ends it in order. */
export function launch(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page of its own, and what went wrong on it: console errors, exceptions, requests to another host. */
export interface WatchedPage {
  page: Page;
  problems: string[];
}

/** Opens a link in a fresh context. When the test is over there must have been no problem that it has not taken out itself. */
export async function open(link: string, { colorScheme = 'light', width = 1280, height = 900 }: Look = {}): Promise<WatchedPage> {
  const context = await (await launch()).newContext({ colorScheme, viewport: { width, height }, timezoneId: 'UTC', locale: 'en-GB' });
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(link);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`)) problems.push(`another host: ${url}`);
    // The token is for the header; an address may end up in a log.
    if (/token/i.test(url)) problems.push(`a token in an address: ${url}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });
  await page.goto(link);
  return { page, problems };
}

/** The episode's own page, from anywhere. */
export async function goToEpisode(page: Page, sessionId: string): Promise<void> {
  await page.evaluate((id) => {
    location.hash = `#/episodes/${id}`;
  }, sessionId);
  await page.locator('.chart').waitFor();
  await page.locator('.timeline-slider').waitFor();
}
