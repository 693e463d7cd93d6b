import { chromium, type Browser } from 'playwright-core';

/** Debian's place for it; playwright-core downloads no browser. */
const executablePath = process.env['SHOWRUNNER_CHROMIUM'] ?? '/usr/bin/chromium';

/** Starts the system's chromium. In a container the tests run as root, where chromium has no sandbox. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
