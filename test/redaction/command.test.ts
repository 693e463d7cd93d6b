import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { leaked, leakingProduction, pathsWith, tellTale } from './leaked.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Given {
  directory: string;
  input: string;
}

function redact(
  { directory, input }: Given,
  ...args: string[]
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, '--directory', directory, 'redact', ...args],
    {
      input,
      encoding: 'utf8',
    },
  );
  return { code: status, out: stdout, err: stderr };
}

describe('showrunner redact', () => {
  test('given a secret on standard input, when it is counted, taken out and looked for, then each answer is right, and none says it', async () => {
    const directory = join(temporaryDirectory(), 'production');
    await leakingProduction(directory);
    const given = { directory, input: `${leaked}\n` };
    const counted = redact(given, '--dry-run');
    expect(counted).toMatchObject({ code: 0, err: '' });
    expect(counted.out).toMatch(/[1-9]\d* in the journal, [1-9]\d* in documents, [1-9]\d* in files/);
    expect(counted.out).toContain('Nothing was changed.');

    expect(redact(given)).toMatchObject({ code: 2 });
    const done = redact(given, '--reason', 'it got in', '--by', 'Ada', '--json');
    expect(done).toMatchObject({ code: 0, err: '' });
    const said = JSON.parse(done.out) as { places: object; sha256: string };
    expect(pathsWith(directory, tellTale)).toEqual([]);

    const listed = await run(directory, 'redact', '--list', '--json');
    expect(listed.json()).toMatchObject({
      redactions: [{ by: 'Ada', reason: 'it got in', sha256: said.sha256, places: said.places }],
    });
    expect((await run(directory, 'redact', '--list')).stdout).toContain('Ada: it got in');
    expect(await run(directory, 'verify')).toMatchObject({ code: 0 });
    const again = redact(given, '--reason', 'it got in');
    expect(again.out).toContain('nowhere in this production');
    for (const text of [counted.out, done.out, listed.stdout, again.out])
      expect(tellTale.filter((part) => text.includes(part))).toEqual([]);
  });

  test('given no production, nothing on standard input, or a blank text, then it says so, and makes nothing', () => {
    const directory = join(temporaryDirectory(), 'none');
    expect(redact({ directory, input: leaked }, '--reason', 'x')).toMatchObject({ code: 3 });
    expect(redact({ directory, input: '' }, '--dry-run')).toMatchObject({ code: 3 });
    expect(redact({ directory, input: '' }, ' ', '--dry-run')).toMatchObject({ code: 2 });
  });
});
