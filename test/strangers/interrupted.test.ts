import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run, start } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';

const dense = readFileSync(fileURLToPath(new URL('../../docs/api/README.md', import.meta.url)), 'utf8');
const long = dense.repeat(Math.ceil(8_000_000 / dense.length));

const documents: [string, string, string][] = [
  ['before an episode is begun', 'produce', 'Reading source 1 of 1: long.md, 8'],
  ['in the research of one that was begun', 'resume', 'research   0%'],
];

test.each(documents)(
  'given a document that takes minutes, when it is interrupted %s, then the command has told what it reads and ends, and nothing is lost',
  async (_when, command, said) => {
    const place = temporaryDirectory();
    const directory = join(place, 'production');
    const sources = join(place, 'sources');
    mkdirSync(sources);
    const file = join(sources, 'long.md');
    writeFileSync(file, command === 'produce' ? long : 'Bees dance to tell where flowers are. '.repeat(40));
    const produce = ['produce', '--topic', 'Bees', '--sources', sources, '--source-seconds', '3600'];
    if (command === 'resume') {
      const begun = start(directory, produce);
      await begun.said('Reading the sources');
      begun.kill('SIGKILL');
      await begun.ended;
      writeFileSync(file, long);
    }
    const running = start(directory, command === 'produce' ? produce : ['resume', '1']);
    await running.said(said);
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout + ended.stderr).toMatch(/interrupted|showrunner resume/);
    // Before an episode is begun there is nothing to audit, and nothing was made.
    expect((await run(directory, 'verify')).code).toBe(command === 'resume' ? 0 : 3);
  },
  60_000,
);
