import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/disk/index.js';
import { CarriedJournal, type LandingRequest, type RemoteLog } from '../../src/journal/index.js';
import { temporaryDirectory } from './temporary.js';

/** One production's log as a suite has it: clients that act as processes of their own. */
export interface LogUnderTest {
  connect: () => Promise<RemoteLog>;
  /** Ends a client as the death of its process would. */
  kill: (client: RemoteLog) => Promise<void>;
  end: () => Promise<void>;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** One commit of a session that books nothing. */
export const landingOf = (position: number, crc: string, session: string): LandingRequest => ({
  position,
  crc,
  at: '2026-01-01T00:00:00.000Z',
  latest: '',
  latestAfter: '',
  days: {},
  commits: [{ session, parts: [`{"of":"${session}"}`], gaps: [] }],
});
/** The checksum of the last line. */
export const crcIn = (text: string): string => [...text.matchAll(/"crc":"([0-9a-f]{8})"/g)].at(-1)?.[1] ?? '';

/** A journal of a build whose chart has this version and structure. */
function journalOf(log: RemoteLog, version: number, hash: string): Promise<CarriedJournal> {
  const now = (): string => '2026-01-01T00:00:00.000Z';
  const directory = temporaryDirectory();
  const machine = { id: 'episode', version, hash };
  return CarriedJournal.open({ log, directory, disk: nodeDisk, machine, program: hash, now, ownTime: now });
}

/** What every log that carries a journal must do. `make` gives a new, empty one. */
export function logContract(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`the contract of a remote log: ${name}`, () => {
    let log: LogUnderTest;
    let one: RemoteLog;
    let other: RemoteLog;
    beforeEach(async () => {
      log = await make();
      one = await log.connect();
      other = await log.connect();
    });
    afterEach(async () => {
      await one.close();
      await other.close();
      await log.end();
    });

    test('a new log is empty, and what is appended at its end is there for everybody', async () => {
      expect((await one.end()).end).toBe(0);
      expect(textOf(await one.read(0))).toBe('');
      expect((await one.append(0, bytesOf('first\n'), 'a')).landed).toBe(true);
      expect((await other.append(6, bytesOf('second\n'), 'b')).landed).toBe(true);
      expect(textOf(await one.read(0))).toBe('first\nsecond\n');
      expect((await other.end()).end).toBe(13);
    });

    test('answers tell the log’s own time', async () => {
      const { at } = await one.append(0, bytesOf('x'), 'a');
      expect(new Date(at).toISOString()).toBe(at);
      expect((await other.end()).at >= at).toBe(true);
    });

    test('given another append came first, when one claims the same place, then it does not land and changes nothing', async () => {
      await one.append(0, bytesOf('first\n'), 'a');
      expect((await other.append(0, bytesOf('other\n'), 'b')).landed).toBe(false);
      expect((await other.append(3, bytesOf('other\n'), 'c')).landed).toBe(false);
      expect((await other.append(7, bytesOf('other\n'), 'd')).landed).toBe(false);
      expect(textOf(await other.read(0))).toBe('first\n');
    });

    test('of many appends at one place exactly one lands', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 === 0 ? one : other).append(0, bytesOf(`${index}`), `key ${index}`),
        ),
      );
      expect(answers.filter(({ landed }) => landed)).toHaveLength(1);
      expect((await one.end()).end).toBe(1);
    });

    test('given an answer was lost, when the append is sent again under its key, then it has landed once, also behind others', async () => {
      await one.append(0, bytesOf('first\n'), 'a');
      expect((await one.append(0, bytesOf('first\n'), 'a')).landed).toBe(true);
      await other.append(6, bytesOf('second\n'), 'b');
      expect((await other.append(0, bytesOf('first\n'), 'a')).landed).toBe(true);
      expect(textOf(await one.read(0))).toBe('first\nsecond\n');
    });

    test('an append that was refused may be sent again under its key, and is refused again', async () => {
      await one.append(0, bytesOf('first\n'), 'a');
      expect((await other.append(0, bytesOf('other\n'), 'b')).landed).toBe(false);
      expect((await other.append(0, bytesOf('other\n'), 'b')).landed).toBe(false);
    });

    test('a key that has landed with other bytes, or at another place, is refused', async () => {
      await one.append(0, bytesOf('first\n'), 'a');
      await expect(other.append(0, bytesOf('other\n'), 'a')).rejects.toMatchObject({
        code: 'machine_broken',
      });
      await expect(other.append(6, bytesOf('first\n'), 'a')).rejects.toMatchObject({
        code: 'machine_broken',
      });
      expect((await one.end()).end).toBe(6);
    });

    test('bytes of any kind come back as they were', async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
      await one.append(0, bytes, 'a');
      expect(Buffer.compare(await other.read(0), bytes)).toBe(0);
    });

    test('reading begins anywhere, ends with an append, and takes at least one', async () => {
      await one.append(0, bytesOf('first\n'), 'a');
      await one.append(6, bytesOf('second\n'), 'b');
      expect(textOf(await other.read(2, 1))).toBe('rst\n');
      expect(textOf(await other.read(6, 1))).toBe('second\n');
      expect(textOf(await other.read(8))).toBe('cond\n');
      expect(textOf(await other.read(13))).toBe('');
    });

    test('a hundred thousand commits are read page by page', async () => {
      const line = (index: number): string => `{"commit":${String(index).padStart(6, '0')}}\n`;
      let position = 0;
      for (let begin = 0; begin < 100_000; begin += 1000) {
        const bytes = bytesOf(Array.from({ length: 1000 }, (_, index) => line(begin + index)).join(''));
        await one.append(position, bytes, `from ${begin}`);
        position += bytes.length;
      }
      const pages: Uint8Array[] = [];
      let at = 0;
      for (;;) {
        const page = await other.read(at, 100_000);
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(100_000);
        pages.push(page);
        at += page.length;
      }
      expect(pages.length).toBeGreaterThan(10);
      const lines = textOf(Buffer.concat(pages)).split('\n');
      expect(lines).toHaveLength(100_001);
      expect(`${lines[99_999]}\n`).toBe(line(99_999));
    });

    test('whoever follows hears of appends of others', async () => {
      const heard = new Promise<string>((resolve) => {
        other.follow(() => resolve('something'));
      });
      await one.append(0, bytesOf('first\n'), 'a');
      expect(await heard).toBe('something');
    });

    test('turns are taken in their order, and nobody else’s append lands meanwhile', async () => {
      const giveBack = await one.turn();
      const order: string[] = [];
      const waiting = (async () => {
        const back = await other.turn();
        order.push('other');
        await back();
      })();
      const appended = other.append(0, bytesOf('other\n'), 'b');
      expect((await one.append(0, bytesOf('first\n'), 'a')).landed).toBe(true);
      order.push('one');
      await giveBack();
      await waiting;
      expect((await appended).landed).toBe(false);
      expect(order).toEqual(['one', 'other']);
    });

    test('commits that were decided before others came land behind those, once under their key, unless their session has changed or it is somebody’s turn', async () => {
      // Who lands nothing appends, and the tests above are all that is asked of it.
      if (!one.land || !other.land) return;
      const at = landingOf;
      const first = await one.land(at(0, '00000000', 'bees'), 'a');
      expect(first).toMatchObject({ outcome: 'landed', lines: [{ position: 0 }] });
      const [{ end } = { end: 0 }] = first.lines;
      const behind = await other.land(at(0, '00000000', 'bees'), 'b');
      expect(behind).toMatchObject({ outcome: 'moved' });
      const crc = crcIn(textOf(await one.read(0)));
      const second = await other.land(at(end, crc, 'owls'), 'c');
      expect(second).toMatchObject({ outcome: 'landed', lines: [{ position: end }] });
      const third = await one.land(at(end, crc, 'bats'), 'd');
      expect(third).toMatchObject({ outcome: 'landed', lines: [{ position: second.lines[0]?.end }] });
      expect((await one.land(at(end, crc, 'bats'), 'd')).lines).toEqual(third.lines);
      expect((await one.land(at(end, crc, 'owls'), 'e')).outcome).toBe('moved');
      const text = textOf(await other.read(0));
      expect([...text.matchAll(/"of":"(\w+)"/g)].map((found) => found[1])).toEqual(['bees', 'owls', 'bats']);
      const giveBack = await one.turn();
      expect((await other.land(at(end, crc, 'ants'), 'f')).outcome).toBe('turn');
      await giveBack();
      expect((await other.land(at(end, crc, 'ants'), 'g')).outcome).toBe('landed');
    });

    test('commits that are sent again under their key have landed once, whoever sends them; other ones under it are refused', async () => {
      if (!one.land || !other.land) return;
      const [bees] = (await one.land(landingOf(0, '00000000', 'bees'), 'a')).lines;
      const end = bees?.end ?? 0;
      const crc = crcIn(textOf(await one.read(0)));
      const owls = await other.land(landingOf(end, crc, 'owls'), 'b');
      const bats = await one.land(landingOf(end, crc, 'bats'), 'c');
      expect(bats).toMatchObject({ outcome: 'landed', lines: [{ position: owls.lines[0]?.end }] });
      const before = textOf(await one.read(0));
      expect((await other.land(landingOf(end, crc, 'bats'), 'c')).lines).toEqual(bats.lines);
      for (const [client, key, request] of [
        [one, 'c', landingOf(end, crc, 'owls')],
        [other, 'c', landingOf(bats.lines[0]?.end ?? 0, crcIn(before), 'ants')],
        [other, 'a', landingOf(0, '00000000', 'ants')],
        [one, 'b', landingOf(end, crc, 'ants')],
      ] as const)
        await expect(client.land?.(request, key)).rejects.toMatchObject({ code: 'machine_broken' });
      expect(textOf(await one.read(0))).toBe(before);
    });

    test('given a build’s chart has written, then another of the same version is refused and reads on; from the next version’s first commit on, this one is refused', async () => {
      const journal = async (version: number, hash: string) => journalOf(await log.connect(), version, hash);
      const [own, foreign, next] = [
        await journal(7, 'own'),
        await journal(7, 'foreign'),
        await journal(8, 'next'),
      ];
      const commit = async (by: CarriedJournal): Promise<string | undefined> => {
        await by.pull();
        by.refresh(() => {});
        return (await by.append(['{}'])).error?.code;
      };
      const land = async ({ land: on, position, lastCrc }: CarriedJournal): Promise<string | undefined> =>
        (await on?.(landingOf(position, lastCrc, 'bees')))?.error?.code;
      expect(await commit(own)).toBeUndefined();
      expect([await commit(foreign), await land(foreign)]).toEqual(
        Array.from({ length: 2 }, () => 'production_upgraded'),
      );
      const read: string[] = [];
      foreign.scan(({ text }) => read.push(text));
      expect(read).toEqual(['{}']);
      expect(await commit(own)).toBeUndefined();
      // The first ends the segment, the second begins its own.
      expect([await commit(next), await commit(next)]).toEqual([undefined, undefined]);
      await expect(commit(own)).rejects.toMatchObject({ code: 'production_upgraded' });
      for (const each of [own, foreign, next]) await each.close();
    });

    test('given the holder of a turn dies, then the next one has it', async () => {
      const third = await log.connect();
      await third.turn();
      const waiting = one.turn();
      await log.kill(third);
      const giveBack = await waiting;
      expect((await one.append(0, bytesOf('first\n'), 'a')).landed).toBe(true);
      await giveBack();
      expect((await other.append(6, bytesOf('second\n'), 'b')).landed).toBe(true);
    });
  });
}
