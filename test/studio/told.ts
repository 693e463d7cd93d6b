import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { tellStory, type Story } from './story.js';

export interface Told {
  directory: string;
  story: Story;
}

let template: Promise<Told> | undefined;

afterAll(async () => {
  if (template) rmSync((await template).directory, { recursive: true, force: true });
  template = undefined;
});

/** A told production of the test's own: it is told once a file, which takes thousands of commits, and copied. */
export async function toldProduction(): Promise<Told> {
  template ??= tell();
  const { directory, story } = await template;
  const copy = join(temporaryDirectory(), 'production');
  cpSync(directory, copy, { recursive: true });
  return { directory: copy, story };
}

async function tell(): Promise<Told> {
  const directory = mkdtempSync(join(tmpdir(), 'showrunner-told-'));
  return { directory, story: await tellStory(directory) };
}
