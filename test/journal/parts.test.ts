import { appendFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionError } from '../../machines/index.js';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { follow } from '../../src/journal/follow.js';
import { Journal, type JournalOptions } from '../../src/journal/index.js';
import { encodeLines, noCrc } from '../../src/journal/line.js';
import { Segment, segmentFile, type Header } from '../../src/journal/segment.js';
import { SyncPace } from '../../src/journal/sync-pace.js';
import { syncFailed, unavailable } from '../../src/journal/unavailable.js';
import { temporaryDirectory } from '../support/temporary.js';

const machine = { id: 'episode', version: 2, hash: 'abc' };

function open(directory: string, options: Partial<JournalOptions> = {}): Journal {
  const journal = Journal.open({ directory, disk: nodeDisk, machine, program: 'showrunner 9', now: () => '2025-01-01T00:00:00.000Z', ...options });
  onTestFinished(() => journal.close());
  return journal;
}

function texts(journal: Journal, range: { from?: number; to?: number } = {}): string[] {
  const found: string[] = [];
  journal.scan(({ text }) => found.push(text), range);
  return found;
}

async function commit(journal: Journal, ...bodies: string[]): Promise<void> {
  for (let rest = bodies; rest.length > 0; ) {
    journal.refresh(() => {});
    const { landed, error } = await journal.append(rest);
    if (error) throw error;
    rest = rest.slice(landed.length);
  }
}

/** Six commits in three segments or more. */
async function severalSegments(): Promise<{ directory: string; journal: Journal; bodies: string[] }> {
  const directory = temporaryDirectory();
  const journal = open(directory, { segmentBytes: 400 });
  const bodies = Array.from({ length: 6 }, (_, n) => JSON.stringify({ n, text: 'x'.repeat(80) }));
  for (const body of bodies) await commit(journal, body);
  return { directory, journal, bodies };
}

const files = (directory: string): string[] => readdirSync(directory).sort();

function thrown(work: () => unknown): ProductionError {
  try {
    work();
  } catch (error) {
    if (error instanceof ProductionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('what a journal says of itself', () => {
  test('given segments, when it is inspected, then each is told with its commits, its bytes and whether it is sealed', async () => {
    const { directory, journal } = await severalSegments();
    const { segments, damage } = journal.inspect();
    expect(damage).toEqual([]);
    expect(segments.length).toBeGreaterThan(2);
    expect(segments.map(({ file }) => file)).toEqual(files(directory));
    expect(segments.map(({ bytes }) => bytes)).toEqual(files(directory).map((file) => readFileSync(join(directory, file)).length));
    expect(segments.map(({ start }) => start)).toEqual(files(directory).map((file) => Number.parseInt(file, 10)));
    expect(segments.map(({ sealed }) => sealed)).toEqual(segments.map((_, index) => index < segments.length - 1));
    expect(segments.reduce((sum, { commits }) => sum + commits, 0)).toBe(6);
    expect(segments.every(({ compressed, voidLines, voidBytes }) => !compressed && voidLines === 0 && voidBytes === 0)).toBe(true);
  });

  test('given rubbish with and without a newline, when it is inspected, then its lines and bytes are counted, and it is no damage', async () => {
    const directory = temporaryDirectory();
    const journal = open(directory);
    await commit(journal, '{"n":1}');
    appendFileSync(join(directory, segmentFile(0)), 'rubbish\nmore');
    expect(journal.inspect()).toMatchObject({ damage: [], segments: [{ commits: 1, voidLines: 1, voidBytes: 'rubbish\nmore'.length, sealed: false }] });
  });

  test('given damage of each kind, when it is inspected, then it is told where and what, and the rest is looked at', async () => {
    const told = async (harm: (directory: string, names: string[]) => void): Promise<string[]> => {
      const { directory, journal } = await severalSegments();
      harm(directory, files(directory));
      return journal.inspect().damage.map(({ segment, position, what }) => `${segment === '' ? '' : files(directory).indexOf(segment)} ${position > 0 ? '+' : position} ${what}`);
    };
    const change = (directory: string, name = '', from: string | RegExp = '', to = ''): void => writeFileSync(join(directory, name), readFileSync(join(directory, name), 'utf8').replace(from, to));
    expect(await told((directory, [first]) => rmSync(join(directory, first ?? '')))).toContainEqual(expect.stringMatching(/^0 0 the journal begins at \d+: what was before is missing$/));
    expect(await told((directory, [first]) => truncateSync(join(directory, first ?? ''), 0))).toEqual(expect.arrayContaining(['0 0 it is empty', '0 0 it has no seal although another segment follows it']));
    expect(await told((directory, [first]) => change(directory, first, '"n":0', '"n":9'))).toContainEqual(expect.stringMatching(/^0 \+ the line follows a line that is missing or altered$/));
    expect(await told((directory, [, second]) => change(directory, second, '"header"', '"hexder"'))).toContainEqual(expect.stringMatching(/^1 \+ it does not begin with a header$/));
    expect(await told((directory, [first]) => change(directory, first, '"seal"', '"sexl"'))).toContainEqual(expect.stringMatching(/^0 \+ it has no seal although another segment follows it$/));
    expect(await told((directory, [first]) => change(directory, first, /\n(?=\{"position":\d+,"previous":"[0-9a-f]+","commit")/, ' '))).toContainEqual(expect.stringMatching(/the line is altered|does not begin with a header/));
  });

  test('given a part of it is asked for, when it is walked, then only commits that begin there are given', async () => {
    const { journal, bodies } = await severalSegments();
    const places: number[] = [];
    journal.scan(({ position }) => places.push(position));
    expect(texts(journal, { from: places[2] ?? 0 })).toEqual(bodies.slice(2));
    expect(texts(journal, { to: places[2] ?? 0 })).toEqual(bodies.slice(0, 2));
    expect(texts(journal, { from: places[1] ?? 0, to: places[4] ?? 0 })).toEqual(bodies.slice(1, 4));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('given its end is asked for, then it is where the bytes end, whoever wrote them', async () => {
    const { directory, journal } = await severalSegments();
    const last = files(directory).at(-1) ?? '';
    expect(journal.end()).toBe(Number.parseInt(last, 10) + readFileSync(join(directory, last)).length);
    appendFileSync(join(directory, last), 'half a line');
    expect(journal.end()).toBe(Number.parseInt(last, 10) + readFileSync(join(directory, last)).length);
  });
});

describe('what a journal refuses', () => {
  test('given it has been closed, then each call says so', async () => {
    const { journal } = await severalSegments();
    journal.close();
    expect(thrown(() => journal.refresh(() => {}))).toMatchObject({ code: 'production_closed' });
    await expect(journal.append(['{}'])).rejects.toMatchObject({ code: 'production_closed', message: expect.stringContaining('closed') as string });
  });

  test('given two appends at once on one handle, then the second is refused', async () => {
    const journal = open(temporaryDirectory(), { inlineSyncBelowMs: 0 });
    journal.refresh(() => {});
    const first = journal.append(['{"n":1}']);
    await expect(journal.append(['{"n":2}'])).rejects.toMatchObject({ code: 'machine_broken' });
    expect((await first).landed).toHaveLength(1);
    journal.refresh(() => {});
    expect((await journal.append(['{"n":3}'])).landed).toHaveLength(1);
  });

  test('given a newer chart or format wrote it, then opening says to upgrade; given an older chart did, then the next commit begins a segment', async () => {
    const directory = temporaryDirectory();
    await commit(open(directory), '{"n":1}');
    expect(thrown(() => open(directory, { machine: { ...machine, version: 1 } }).refresh(() => {}))).toMatchObject({ code: 'production_upgraded', message: expect.stringMatching(/showrunner 9 .*version 2 .*this program has 1; upgrade/) as string });
    const next = open(directory, { machine: { ...machine, version: 3 } });
    await commit(next, '{"n":2}');
    expect(files(directory)).toHaveLength(2);
    expect(texts(next)).toEqual(['{"n":1}', '{"n":2}']);
    const header: Header = { format: 2, machine, program: 'showrunner 99', started: 'now' };
    const newer = temporaryDirectory();
    writeFileSync(join(newer, segmentFile(0)), encodeLines(0, noCrc, [{ kind: 'header', text: JSON.stringify(header) }]).bytes);
    expect(thrown(() => texts(open(newer)))).toMatchObject({ code: 'production_upgraded', message: expect.stringMatching(/showrunner 99, whose journal format 2 is newer than this program's 1/) as string });
  });

  test('given it is opened for reading only, then nothing is made, synced or written', async () => {
    const directory = temporaryDirectory();
    const empty = open(join(directory, 'none'), { readOnly: true });
    expect(existsSync(join(directory, 'none'))).toBe(false);
    expect(thrown(() => empty.end())).toMatchObject({ code: 'journal_unavailable' });
    const { directory: written, bodies } = await severalSegments();
    const writes: string[] = [];
    const disk: Disk = { ...nodeDisk, sync: () => void writes.push('sync'), syncDirectory: () => void writes.push('syncDirectory'), write: () => writes.push('write') };
    const reading = open(written, { readOnly: true, disk });
    reading.refresh(() => {});
    await reading.durable();
    expect(texts(reading)).toEqual(bodies);
    expect(await reading.append(['{}'])).toMatchObject({ landed: [], error: { code: 'journal_unavailable' } });
    expect(writes).toEqual([]);
  });

  test('given its first segment is missing, or one between, then reading says what is wrong', async () => {
    const first = await severalSegments();
    rmSync(join(first.directory, files(first.directory)[0] ?? ''));
    expect(thrown(() => texts(first.journal))).toMatchObject({ code: 'journal_damaged', message: expect.stringMatching(/it begins at \d+: what was before is missing.*doctor/) as string });
    const second = await severalSegments();
    const gap = Number.parseInt(files(second.directory)[1] ?? '', 10);
    rmSync(join(second.directory, segmentFile(gap)));
    expect(thrown(() => texts(second.journal)).message).toMatch(/the segment that begins at \d+ is missing although \d+ follows it/);
    expect(thrown(() => open(second.directory).refresh(() => {}))).toMatchObject({ code: 'journal_damaged' });
    expect(files(second.directory)).not.toContain(segmentFile(gap));
  });
});

describe('compaction', () => {
  test('given sealed segments, when they are compressed, then only those are, what it gave is told, and everything reads as before', async () => {
    const { directory, journal, bodies } = await severalSegments();
    const before = files(directory);
    const sizes = before.map((file) => readFileSync(join(directory, file)).length);
    const compacted = journal.compact();
    expect(files(directory)).toEqual([...before.slice(0, -1).map((file) => `${file}.gz`), before.at(-1)]);
    expect(compacted.map(({ file }) => file)).toEqual(before.slice(0, -1));
    expect(compacted.map(({ before: size }) => size)).toEqual(sizes.slice(0, -1));
    expect(compacted.map(({ after }) => after)).toEqual(before.slice(0, -1).map((file) => readFileSync(join(directory, `${file}.gz`)).length));
    expect(texts(journal)).toEqual(bodies);
    expect(journal.inspect()).toMatchObject({ damage: [], segments: before.map((_, index) => ({ compressed: index < before.length - 1 })) });
    expect(journal.compact()).toEqual([]);
    const places: number[] = [];
    journal.scan(({ position }) => places.push(position));
    expect(texts(journal, { from: places[1] ?? 0, to: places[3] ?? 0 })).toEqual(bodies.slice(1, 3));
  });

  test('given the compressed copy does not read back, then the plain one stays and it is told', async () => {
    const { directory, bodies } = await severalSegments();
    const before = files(directory);
    const disk: Disk = { ...nodeDisk, readFile: (path) => (path.endsWith('.gz') ? gzipSync('something else') : nodeDisk.readFile(path)) };
    expect(thrown(() => open(directory, { disk }).compact())).toMatchObject({ code: 'journal_damaged', message: expect.stringContaining('the plain one was kept') as string });
    expect(files(directory)).toEqual(expect.arrayContaining(before));
    const torn: Disk = { ...nodeDisk, readFile: (path) => (path.endsWith('.gz') ? Buffer.from('no gzip') : nodeDisk.readFile(path)) };
    expect(thrown(() => open(directory, { disk: torn }).compact())).toMatchObject({ code: 'journal_damaged' });
    for (const file of files(directory).filter((name) => name.endsWith('.gz'))) rmSync(join(directory, file));
    expect(texts(open(directory))).toEqual(bodies);
  });

  test.each(['write', 'sync', 'rename'] as const)('given %s fails, then nothing is lost, and nothing temporary stays', async (call) => {
    const { directory, bodies } = await severalSegments();
    const before = files(directory);
    const fail = (): never => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    expect(thrown(() => open(directory, { disk: { ...nodeDisk, [call]: fail } }).compact())).toMatchObject({ code: 'journal_unavailable', message: expect.stringContaining('the disk is full') as string });
    expect(files(directory)).toEqual(before);
    expect(texts(open(directory))).toEqual(bodies);
  });

  test('given a plain and a compressed form of one segment, then the plain one counts; given a compressed one that is damaged, then it is told', async () => {
    const { directory, journal, bodies } = await severalSegments();
    const [first = ''] = files(directory);
    writeFileSync(join(directory, `${first}.gz`), 'no gzip');
    expect(texts(journal)).toEqual(bodies);
    renameSync(join(directory, `${first}.gz`), join(directory, 'away'));
    journal.compact();
    const packed = readFileSync(join(directory, `${first}.gz`));
    writeFileSync(join(directory, `${first}.gz`), packed.subarray(0, packed.length - 12));
    expect(thrown(() => texts(open(directory)))).toMatchObject({ code: 'journal_damaged', message: expect.stringMatching(/cannot be decompressed; restore it from a backup|does not begin with a header/) as string });
    writeFileSync(join(directory, `${first}.gz`), 'no gzip');
    expect(thrown(() => texts(open(directory)))).toMatchObject({ code: 'journal_damaged', message: expect.stringContaining('does not begin with a header') as string });
    expect(gunzipSync(packed).length).toBeGreaterThan(0);
  });
});

describe('a segment', () => {
  test('given its file is held while it is closed, then it is closed when it is let go', async () => {
    const { directory } = await severalSegments();
    const closed: number[] = [];
    const disk: Disk = { ...nodeDisk, close: (fd) => void closed.push(fd) };
    const segment = Segment.open(disk, directory, 0, true);
    const release = segment?.hold();
    segment?.close();
    expect(closed).toEqual([]);
    release?.();
    expect(closed).toEqual([segment?.fd]);
    nodeDisk.close(segment?.fd ?? -1);
    expect(Segment.open(nodeDisk, directory, 77, true)).toBeUndefined();
  });

  test('given a file that is shorter than asked for, then what there is comes back', async () => {
    const { directory } = await severalSegments();
    const segment = Segment.open(nodeDisk, directory, 0, false);
    const whole = readFileSync(join(directory, segmentFile(0)));
    expect(segment?.read(10, 20)).toEqual(whole.subarray(10, 20));
    expect(segment?.read(10, whole.length + 500)).toEqual(whole.subarray(10));
    expect([segment?.end(), segment?.fd, segment?.file]).toEqual([whole.length, undefined, segmentFile(0)]);
    segment?.close();
  });
});

describe('the pace of syncs', () => {
  function pace(tookMs: number[], below = 1): { pace: SyncPace; ran: string[] } {
    let now = 0;
    const next = (): number => tookMs.shift() ?? 0;
    const ran: string[] = [];
    const disk = {
      sync: () => {
        ran.push('sync');
        now += next();
      },
      syncLater: () => {
        ran.push('later');
        now += next();
        return Promise.resolve();
      },
    } as unknown as Disk;
    const { performance } = globalThis;
    const clock = performance.now.bind(performance);
    performance.now = () => now;
    onTestFinished(() => {
      performance.now = clock;
    });
    return { pace: new SyncPace(disk, below), ran };
  }

  test('given quick syncs, then they stay in place; given slow ones, then they go elsewhere, and come back when it is quick again', async () => {
    const { pace: one, ran } = pace([0.5, 0.5, 6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(one.isInline).toBe(true);
    one.syncInline(1);
    one.syncInline(1);
    expect(one.isInline).toBe(true);
    one.syncInline(1);
    expect(one.isInline).toBe(false);
    await one.syncLater(1);
    expect(one.isInline).toBe(false);
    for (let n = 0; n < 5; n += 1) await one.syncLater(1);
    expect(one.isInline).toBe(true);
    expect(ran).toEqual(['sync', 'sync', 'sync', 'later', 'later', 'later', 'later', 'later', 'later']);
  });

  test('given a limit of nothing, then no sync is done in place', () => {
    expect(pace([], 0).pace.isInline).toBe(false);
  });
});

describe('following', () => {
  function watched(disk: Partial<Disk>, ends: () => number): { heard: () => number; stop: () => void } {
    let heard = 0;
    const stop = follow({ disk: { ...nodeDisk, ...disk }, directory: '/none', position: () => 10, end: ends, onChange: () => (heard += 1), pollMs: 5 });
    onTestFinished(stop);
    return { heard: () => heard, stop };
  }

  test('given a burst of events, then one look follows it; given it was stopped, then none', async () => {
    let tell = (): void => {};
    let stopped = 0;
    const { heard, stop } = watched({ watch: (_path, onChange) => ((tell = onChange), () => (stopped += 1)) }, () => 10);
    for (let n = 0; n < 5; n += 1) tell();
    await wait(2);
    expect(heard()).toBe(1);
    tell();
    await wait(30);
    expect(heard()).toBe(2);
    stop();
    expect(stopped).toBe(1);
  });

  test('given no event ever comes, when the journal has grown, then it is looked at all the same; a disk that fails is asked again', async () => {
    let end = 10;
    let fails = true;
    const { heard, stop } = watched({ watch: () => () => {} }, () => {
      if (fails) throw new Error('gone');
      return end;
    });
    await wait(30);
    fails = false;
    await wait(30);
    expect(heard()).toBe(0);
    end = 11;
    await expect.poll(heard).toBeGreaterThan(0);
    stop();
    await wait(10);
    const after = heard();
    await wait(30);
    expect(heard()).toBe(after);
  });
});

describe("a disk's errors", () => {
  test.each([
    ['ENOSPC', 'the disk is full; free space'], ['EDQUOT', 'the disk quota is used up; free space'], ['EACCES', 'permission denied'], ['EPERM', 'permission denied'], ['EROFS', 'read-only; remount'],
    ['EIO', 'the disk reported an error'], ['ENOENT', 'the folder is gone'], ['EMFILE', 'too many files are open'], ['EODD', 'as it is'],
  ])('given %s, then the error says what to do', (code, advice) => {
    const cause = Object.assign(new Error('as it is'), { code });
    const error = unavailable(cause);
    expect(error).toMatchObject({ code: 'journal_unavailable', cause });
    expect(error.message).toContain(`the journal cannot be written or read (${code}): `);
    expect(error.message).toContain(advice);
    expect(unavailable(error)).toBe(error);
  });

  test('given a failed sync, or an error without a code, then it says that the outcome is unknown', () => {
    const cause = Object.assign(new Error('x'), { code: 'EIO' });
    expect(syncFailed(cause)).toMatchObject({ code: 'journal_unavailable', cause, message: expect.stringMatching(/could not be synced \(EIO\): .*the outcome of the last call is unknown/) as string });
    expect(syncFailed(new Error('x')).message).toContain('(error)');
    expect(unavailable(new Error('odd')).message).toBe('the journal cannot be written or read (error): odd.');
  });
});
