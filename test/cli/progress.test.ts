import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import colors from 'picocolors';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { examine } from '../../src/cli/examine.js';
import {
  byteProgress,
  countProgress,
  fileProgress,
  journalProgress,
  segmentProgress,
  stillDoing,
} from '../../src/cli/file-progress.js';
import { progressLines, waitingLine } from '../../src/cli/progress-lines.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

let said: string[] = [];
const context = { note: (text: string) => void said.push(text) };
const pass = (ms: number) => vi.advanceTimersByTime(ms);

// The clock goes on from where another file's test may have had something said.
beforeAll(() => {
  const now = performance.now();
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  pass(now);
});
afterAll(() => vi.useRealTimers());
beforeEach(() => {
  pass(10_000);
  // What is said now ends the silence.
  fileProgress({ note: () => {} })('');
  said = [];
});

describe('what a command that takes long says', () => {
  const kinds: [string, (told: () => void) => void, string][] = [
    [
      'files',
      (wait) => twice(wait, fileProgress(context), ['a/1.mp3'], ['a/\u001b[2J.mp3']),
      'checking file 2: a/\\u001b[2J.mp3',
    ],
    [
      'commits',
      (wait) => twice(wait, journalProgress(context), [10, 300], [100, 300]),
      'auditing the journal: 2 commits, 33 percent',
    ],
    [
      'lines',
      (wait) => twice(wait, journalProgress(context, 'reading'), [10, 300], [301, 300]),
      'reading: 2 commits, 100 percent',
    ],
    [
      'segments',
      (wait) => twice(wait, segmentProgress(context), ['1.ndjson'], ['2.ndjson']),
      'looking through the journal: 2.ndjson',
    ],
    [
      'bytes',
      (wait) => twice(wait, byteProgress(context, 'giving'), [1, 2], [1_500_000, 3_000_000]),
      'giving: 1.5 of 3.0 MB',
    ],
    [
      'counts',
      (wait) => twice(wait, countProgress(context, 'importing'), [1, 9], [2, 9]),
      'importing: 2 of 9',
    ],
  ];

  test.each(kinds)(
    'given %s, then nothing is said within a second of silence, and one line after it',
    (_, go, line) => {
      go(() => {
        pass(999);
        expect(said).toEqual([]);
        pass(1);
      });
      expect(said).toEqual([line]);
    },
  );

  test('given one goes on where another has said something, then the second begins there', () => {
    const [first, second] = [countProgress(context, 'first'), countProgress(context, 'second')];
    pass(1000);
    first(1, 1);
    pass(999);
    second(1, 2);
    pass(1);
    second(2, 2);
    expect(said).toEqual(['first: 1 of 1', 'second: 2 of 2']);
  });

  test('given something tells nothing of itself, then each second it is said for how long it goes on, until it has ended', () => {
    const told = stillDoing(context, 'writing documents');
    pass(2500);
    told.end();
    pass(2000);
    expect(said).toEqual(['writing documents, for 1 s', 'writing documents, for 2 s']);
  });

  test('given a production is examined, then each part of the look is told of', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const ids = [1, 2].map((episodeNum) => manager.createEpisodeSession({ episodeNum, topic: 'Bees' }));
    await Promise.all(ids);
    await manager.close();
    mkdirSync(join(directory, 'ep_009_20250903_143022'));
    writeFileSync(join(directory, 'ep_009_20250903_143022', '.tmp-1'), '');
    // Each look at the clock is a second after the one before.
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    onTestFinished(() => void vi.restoreAllMocks());
    const { findings } = examine(directory, context);
    expect(findings).toMatchObject([{ what: expect.stringContaining('1 temporary file') }]);
    expect([...new Set(said.map((line) => line.replaceAll(/\d+ of \d+$|\S+ndjson$/g, '…')))]).toEqual([
      'reading documents: …',
      'looking through the journal: …',
      'checking documents: …',
      'looking for leftovers, folders: …',
      'looking who waits, episodes: …',
    ]);
  });
});

/** Tells of one thing at once and of another after `wait`. */
function twice<Told extends unknown[]>(
  wait: () => void,
  tell: (...told: Told) => void,
  one: Told,
  other: Told,
): void {
  tell(...one);
  wait();
  tell(...other);
}

/** What is written to standard error meanwhile, as on a terminal or not. */
function stderrOf(isTerminal: boolean): { written: () => string } {
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  Object.defineProperty(process.stderr, 'isTTY', { value: isTerminal, configurable: true });
  let written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
    if (before) Object.defineProperty(process.stderr, 'isTTY', before);
    else Reflect.deleteProperty(process.stderr, 'isTTY');
  });
  return { written: () => written };
}

describe('the progress of phases', () => {
  const step = (fraction: number, phase: 'research' | 'script' = 'research', message = 'reading') => ({
    sessionId: 'ep_001_20250903_143022' as never,
    phase,
    fraction,
    message,
  });

  test('given no terminal, then a line for each tenth, and the end', () => {
    const { written } = stderrOf(false);
    const { show, end } = progressLines(context as never, false);
    for (const fraction of [0, 0.05, 0.099, 0.11, 0.35, 0.4, 0.95, 1, 1]) show(step(fraction));
    show(step(0.2, 'script', 'a\u0007b'));
    end();
    expect(said.map((line) => line.replaceAll(/ {2,}/g, ' '))).toEqual([
      'research 0% reading',
      'research 11% reading',
      'research 35% reading',
      'research 95% reading',
      'research 100% reading',
      'script 20% a\\u0007b',
    ]);
    expect(written()).toBe('');
  });

  test('given several episodes, then each line begins with its own, also on a terminal', () => {
    const { written } = stderrOf(true);
    progressLines(context as never, true).show(step(0.5));
    expect(said).toEqual(['ep_001_20250903_143022 research  50%  reading']);
    expect(written()).toBe('');
  });

  test('given a terminal, then one line moves, and another phase begins another', () => {
    const { written } = stderrOf(true);
    const { show, end } = progressLines(context as never, false);
    show(step(0.5));
    show(step(0.51));
    show(step(0, 'script'));
    end();
    end();
    const moved = (text: string) => `\r\u001b[2K\u001b[?7l${text}\u001b[?7h`;
    expect(written()).toBe(
      [
        moved(`research ${colors.cyan('█'.repeat(12))}${'░'.repeat(12)}  50%  reading`),
        moved(`research ${colors.cyan('█'.repeat(12))}${'░'.repeat(12)}  51%  reading`),
        '\n',
        moved(`script   ${colors.cyan('')}${'░'.repeat(24)}   0%  reading`),
        '\n',
      ].join(''),
    );
    expect(said).toEqual([]);
  });
});

describe('one thing that is waited for', () => {
  test('given no terminal, then a line at once, and another after ten seconds', () => {
    stderrOf(false);
    const { show, end } = waitingLine(context);
    show('for 1 s');
    pass(9_999);
    show('for 10 s');
    pass(1);
    show('for \u0007 s');
    end();
    expect(said).toEqual(['for 1 s', 'for \\u0007 s']);
  });

  test('given a terminal, then one line moves until it is ended', () => {
    const { written } = stderrOf(true);
    const { show, end } = waitingLine(context);
    show('for 1 s');
    show('for 2 s');
    end();
    end();
    expect(written()).toBe('\r\u001b[2K\u001b[?7lfor 1 s\u001b[?7h\r\u001b[2K\u001b[?7lfor 2 s\u001b[?7h\n');
    expect(said).toEqual([]);
  });
});
