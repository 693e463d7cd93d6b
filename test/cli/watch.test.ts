import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BoardEpisode } from '../../src/studio/api.js';
import { watchTable } from '../../src/cli/watch-table.js';
import { run } from '../support/cli.js';
import { temporaryDirectory } from '../support/temporary.js';
import { watchInTerminal } from '../support/watched-terminal.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const today = { date: '2025-09-03', spent: 10_000_000, reserved: 900_000, cap: 50_000_000 } as Parameters<
  typeof watchTable
>[1];

function episode(number: number, part: Partial<BoardEpisode> = {}): BoardEpisode {
  const phase = {
    status: 'pending',
    spent: 0,
    reserved: 0,
    budget: 2,
    warnAt: 1.6,
    startedAt: null,
    endedAt: null,
  } as const;
  return {
    sessionId: `ep_${number}`,
    episodeNumber: number,
    topic: `Topic ${number}`,
    status: 'research',
    state: 'research.active',
    phases: { research: { ...phase, status: 'active' }, script: phase, audio: phase },
    spent: 1,
    reserved: 0,
    budget: 7,
    quality: {},
    needs: [],
    warnings: [],
    estimates: [],
    wait: null,
    worker: null,
    position: 0,
    warnAt: 5.6,
    createdAt: '2025-09-03T14:00:00.000Z',
    updatedAt: `2025-09-03T14:${String(number % 60).padStart(2, '0')}:00.000Z`,
    ...part,
  };
}

const plain = stripVTControlCharacters;

describe('watching in a terminal', () => {
  test('given more episodes than lines, then who waits for a person comes first, ended ones last, and the rest is counted', () => {
    const many = [
      episode(1, { status: 'complete', state: 'complete' }),
      ...Array.from({ length: 40 }, (_, index) => episode(index + 2)),
      episode(50, {
        state: 'script.review',
        needs: [
          {
            need: 'approval',
            text: 'script waits for approval',
            since: null,
            by: null,
            reason: null,
            next: [],
          },
        ],
      }),
    ];
    const lines = watchTable(many, today, {
      rows: 20,
      columns: 120,
      nowMs: Date.parse('2025-09-03T15:00:00Z'),
    }).map(plain);
    expect(lines).toHaveLength(19);
    expect(lines[0]).toContain('today $10.00 + $0.90 reserved of $50.00');
    expect(lines[3]).toMatch(/^50 .*script\.review .*← script waits for approval/);
    expect(lines.at(-1)).toBe('… and 27 more; showrunner list --all shows them');
    expect(
      watchTable([episode(1, { topic: 'two\nlines\tand more' })], today, {
        rows: 20,
        columns: 120,
        nowMs: 0,
      }).map(plain)[3],
    ).toContain('two lines and more');
    expect(watchTable([], today, { rows: 20, columns: 80, nowMs: 0 }).join('\n')).toContain(
      'No episodes yet',
    );
  });

  test.each([[true], [false]])(
    'given no terminal, when another process commits, then each event is a line; an object with --json: %s',
    async (json) => {
      const directory = join(temporaryDirectory(), 'production');
      const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
      const child = spawn(
        process.execPath,
        [main, 'watch', '--directory', directory, ...(json ? ['--json'] : [])],
        { env: { ...process.env, NO_COLOR: '1' } },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      // It may still be starting: spend until the first is heard.
      await expect
        .poll(
          async () => {
            await run(directory, 'cost', id, 'research', 'perplexity_query', '0.01');
            return said;
          },
          { timeout: 20_000 },
        )
        .toContain('perplexity_query cost $0.01');
      const first = said.split('\n')[0] ?? '';
      const [at = '', session, state, text] = json
        ? (Object.values(
            JSON.parse(first, (key, value: unknown) =>
              ['position', 'by', 'type'].includes(key) ? undefined : value,
            ) as object,
          ) as string[])
        : (/^(\S+) (\S+) (\S+): (.*)$/.exec(first)?.slice(1) ?? []);
      expect([Number.isNaN(Date.parse(at)), session, state, text]).toEqual([
        false,
        id,
        'initialized',
        'perplexity_query cost $0.01',
      ]);
      child.kill('SIGINT');
      expect((await once(child, 'close'))[0]).toBe(0);
      expect(said).not.toContain('stopped');
    },
  );

  test('given a terminal, when another process commits, then the board is drawn in place, and the screen comes back in the end', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const id = (await run(directory, 'create', '--topic', 'Why bees dance')).stdout.trim();
    const { child, said } = watchInTerminal(directory);
    await expect.poll(() => plain(said()), { timeout: 20_000 }).toContain('initialized');
    await run(directory, 'phase', id, 'research', 'active');
    await run(directory, 'cost', id, 'research', 'perplexity_query', '0.35');
    await expect.poll(() => plain(said()), { timeout: 20_000 }).toContain('$0.35 / $7.00');
    expect(said()).toContain('\u001B[?1049h');
    // Lines do not wrap while the board is shown.
    expect(said().indexOf('\u001B[?7l')).toBeGreaterThan(0);
    child.stdin.write('\u0003');
    await once(child, 'close');
    expect(said().trimEnd().endsWith('\u001B[?7h\u001B[?25h\u001B[?1049l')).toBe(true);
  });
});
