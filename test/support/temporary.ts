import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that is removed when the test is over. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'showrunner-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An empty folder, and how to remove it before the test is over: for tests that need hundreds. */
export function makeTemporaryDirectory(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'showrunner-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
