import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { commit, open, texts } from '../journal/on-disk.js';
import { listSegments } from '../../src/journal/segment.js';
import { bundleProcess } from '../support/bundle.js';
import { temporaryDirectory } from '../support/temporary.js';

/** So many calls after the writing of a seal, and as many more, somebody is killed: another segment is at work then. */
const pairs = 18;
const pairsPerJournal = 6;

interface Life {
  signal: string | null;
  /** What it was told is kept, by its redo file or by a sync. */
  redone: string[];
  synced: string[];
  /** How much of a segment it had synced: `00000000000000000000.ndjson 1234`. */
  durable: string[];
}

async function live(file: string, ...args: string[]): Promise<Life> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const told = (how: string): string[] =>
    said.split('\n').flatMap((line) => (line.startsWith(how) ? [line.slice(how.length + 1)] : []));
  return {
    signal: child.signalCode,
    redone: told('redone'),
    synced: told('synced'),
    durable: told('durable'),
  };
}

/** The folder as if the power had gone, too: no segment has more than somebody had synced. Says how many bytes they lost. */
function afterPowerCut(
  directory: string,
  durable: ReadonlyMap<string, number>,
): { copy: string; lost: number } {
  const copy = join(temporaryDirectory(), 'journal');
  cpSync(directory, copy, { recursive: true });
  let lost = 0;
  for (const { file } of listSegments(nodeDisk, copy)) {
    const path = join(copy, file);
    const { size } = statSync(path);
    const kept = Math.min(size, durable.get(file) ?? 0);
    truncateSync(path, kept);
    lost += size - kept;
  }
  return { copy, lost };
}

/** Nothing acknowledged is missing, and nothing is there twice. */
function expectAllOf(acknowledged: readonly string[], directory: string, where: string): void {
  const journal = open(directory, { readOnly: true });
  const found = texts(journal);
  const there = new Set(found);
  expect(
    acknowledged.filter((text) => !there.has(text)),
    where,
  ).toEqual([]);
  expect(found.length, where).toBe(there.size);
  expect(journal.inspect().damage, where).toEqual([]);
  journal.close();
}

describe('two processes with redo files', () => {
  const counts = { killed: 0, redone: 0, lost: 0, acknowledged: 0 };
  let bundled: Awaited<ReturnType<typeof bundleProcess>>;
  beforeAll(async () => {
    bundled = await bundleProcess('test/crash/sealing.ts', 'sealing');
  });
  afterAll(() => {
    bundled.remove();
    console.log(JSON.stringify(counts));
  });

  async function killAPair(directory: string, ...callsAfter: [number, number]): Promise<Life[]> {
    const names = callsAfter.map((calls, side) => [`${calls}.${side}`, String(calls)] as const);
    const lives = await Promise.all(names.map((name) => live(bundled.file, directory, ...name)));
    for (const { signal, redone } of lives) {
      counts.killed += Number(signal === 'SIGKILL');
      counts.redone += redone.length;
    }
    return lives;
  }

  test.each(Array.from({ length: pairs / pairsPerJournal }, (_, index) => index * pairsPerJournal))(
    'given one pair after the other, when each process is killed some calls after it has begun to seal, %i or more, then all that was acknowledged is there once, also where the power went',
    async (first) => {
      const directory = join(temporaryDirectory(), 'journal');
      mkdirSync(directory);
      const acknowledged: string[] = [];
      const durable = new Map<string, number>();
      for (let calls = first; calls < first + pairsPerJournal; calls += 1) {
        for (const life of await killAPair(directory, calls, pairs + calls)) {
          acknowledged.push(...life.redone, ...life.synced);
          for (const [file = '', bytes] of life.durable.map((each) => each.split(' ')))
            durable.set(file, Math.max(durable.get(file) ?? 0, Number(bytes)));
        }
        const { copy, lost } = afterPowerCut(directory, durable);
        counts.lost += lost;
        expectAllOf(acknowledged, copy, `${calls} calls, after a power cut`);
        const next = open(copy);
        await commit(next, `{"after":${calls}}`);
        next.close();
        expectAllOf([...acknowledged, `{"after":${calls}}`], copy, `${calls} calls, brought back`);
      }
      expectAllOf(acknowledged, directory, 'as they were killed');
      expect(acknowledged.length).toBeGreaterThan(pairsPerJournal);
      counts.acknowledged += acknowledged.length;
    },
  );

  test('counted: they were killed, and at work with redo files, of which some had what a power cut would have taken', () => {
    expect(counts.killed).toBe(pairs * 2);
    expect(counts.redone).toBeGreaterThan(pairs * 10);
    expect(counts.lost).toBeGreaterThan(pairs);
  });
});
