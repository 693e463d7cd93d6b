// A journal to which one line after the other is committed, each alone: node lone.mjs <directory>. What is durable it says with writev: every `write` is the journal's.
import { mkdirSync, writevSync } from 'node:fs';
import { nodeDisk } from '../../src/disk/index.js';
import { Journal } from '../../src/journal/index.js';
import { lines, machine, textOf } from './lone-story.js';

const directory = process.argv[2] ?? '';
mkdirSync(directory);
const journal = Journal.open({
  directory,
  disk: nodeDisk,
  machine,
  program: 'test',
  now: () => '2025-01-01T00:00:00.000Z',
  // However slow the disk is beside other tests, its syncs are done in place.
  inlineSyncBelowMs: 60_000,
});
for (let n = 0; n < lines;) {
  journal.refresh(() => {});
  const { landed, error } = await journal.append([textOf(n)]);
  if (error) throw error;
  if (landed.length === 0) continue;
  writevSync(1, [Buffer.from(String(n)), Buffer.from('\n')]);
  n += 1;
}
journal.close();
