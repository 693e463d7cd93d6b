import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sealed } from '../../src/documents/seal.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Line {
  kind: string;
  body: Record<string, unknown> & {
    entries?: { session: string; events: Record<string, unknown>[]; snapshot?: object; changes?: unknown }[];
  };
}

function journalFile(directory: string): string {
  return join(directory, 'journal', String(readdirSync(join(directory, 'journal'))[0]));
}

/** Rewrites the journal as a forger would: with right positions, checksums and links. */
function forge(directory: string, change: (lines: Line[]) => Line[]): void {
  const lines = readFileSync(journalFile(directory), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text): Line => {
      const [, kind = '', body = ''] =
        /^\{"position":\d+,"previous":"[0-9a-f]{8}",(?:"since":\d+,)?"(\w+)":(.*),"crc":"[0-9a-f]{8}"\}$/s.exec(
          text,
        ) ?? [];
      return { kind, body: JSON.parse(body) as Line['body'] };
    });
  let position = 0;
  let previous = '00000000';
  const written = change(lines).map(({ kind, body }) => {
    const signed = `{"position":${position},"previous":"${previous}","${kind}":${JSON.stringify(body)}`;
    previous = crc32(signed).toString(16).padStart(8, '0');
    const line = `${signed},"crc":"${previous}"}\n`;
    position += Buffer.byteLength(line);
    return line;
  });
  writeFileSync(journalFile(directory), written.join(''));
}

async function givenStory(): Promise<{ directory: string; sessionId: string }> {
  const directory = temporaryDirectory();
  // A handle's first commit of an episode carries the snapshot whole.
  const first = await openProduction(directory);
  const sessionId = await first.createEpisodeSession({ episodeNum: 1, topic: 'Audit' });
  await first.close();
  const second = await openProduction(directory);
  await second.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (const key of ['a', 'b', 'c'])
    await second.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.10', key });
  await second.close();
  const third = await openProduction(directory);
  await third.updatePhase({ sessionId, phase: 'research', status: 'complete' });
  await third.updatePhase({ sessionId, phase: 'script', status: 'active' });
  await third.close();
  // Documents would notice by themselves.
  for (const name of ['state.json', sessionId]) rmSync(join(directory, name), { recursive: true });
  return { directory, sessionId };
}

function eventOf(line: Line): Record<string, unknown> {
  return line.body.entries?.[0]?.events[0] ?? {};
}

type Changed = Record<string, unknown> & { changes: [string[], unknown][] };

/** The lines with something else said of what one cost has changed. */
function ofCost(lines: Line[], change: (entry: Changed) => object): Line[] {
  return lines.map((line) => {
    const [entry] = line.body.entries ?? [];
    if (eventOf(line)['key'] !== 'b' || !entry) return line;
    expect(entry.changes).toBeDefined();
    return { ...line, body: { ...line.body, entries: [change(entry as unknown as Changed)] } } as Line;
  });
}

/** The lines with something else said of what the start of the script has changed. */
function ofStart(lines: Line[], change: (changes: Changed['changes']) => unknown): Line[] {
  return lines.map((line) => {
    const [entry] = line.body.entries ?? [];
    if (eventOf(line)['phase'] !== 'script' || !entry) return line;
    expect(entry.changes).toContainEqual([['value', 'script'], 'active']);
    const changes = change(entry.changes as Changed['changes']);
    return { ...line, body: { ...line.body, entries: [{ ...entry, changes }] } };
  });
}

const isOfState = ([path]: [string[], unknown]): boolean => path[0] === 'value';

function snapshotOf(lines: Line[], type: string): object | undefined {
  return lines.find((line) => eventOf(line)['type'] === type)?.body.entries?.[0]?.snapshot;
}

function altered(changes: Changed['changes']): Changed['changes'] {
  return changes.map(([path, value]) => [path, typeof value === 'number' ? value + 1 : value]);
}

const forgeries: [string, (lines: Line[]) => Line[], RegExp][] = [
  ['nothing', (lines) => lines, /^$/],
  [
    'a snapshot altered',
    (lines) =>
      lines.map((line) =>
        eventOf(line)['type'] === 'phase.complete'
          ? (JSON.parse(JSON.stringify(line).replace('"spent":300000', '"spent":100000')) as Line)
          : line,
      ),
    /recorded snapshot|phases sum|cost entries/,
  ],
  [
    'a cost dropped',
    (lines) => lines.filter((line) => eventOf(line)['key'] !== 'b'),
    /recorded snapshot|ledger says|cost entries/,
  ],
  [
    'a cost dropped with a snapshot that agrees',
    (lines) => {
      const kept = lines.filter((line) => eventOf(line)['key'] !== 'c');
      return kept.map((line) =>
        eventOf(line)['type'] === 'phase.complete'
          ? (JSON.parse(JSON.stringify(line).replaceAll('"spent":300000', '"spent":200000')) as Line)
          : line,
      );
    },
    /recorded snapshot/,
  ],
  [
    'a cost doubled',
    (lines) => lines.flatMap((line) => (eventOf(line)['key'] === 'b' ? [line, line] : [line])),
    /would be refused|recorded snapshot/,
  ],
  [
    'a cost changed',
    (lines) =>
      lines.map((line) => {
        if (eventOf(line)['key'] === 'b') eventOf(line)['cost'] = 1;
        return line;
      }),
    /recorded snapshot|ledger says/,
  ],
  [
    'the changes of a cost altered',
    (lines) => ofCost(lines, (entry) => ({ ...entry, changes: altered(entry.changes) })),
    /recorded snapshot/,
  ],
  [
    'the changes of a cost in another order',
    (lines) => ofCost(lines, (entry) => ({ ...entry, changes: [...entry.changes].reverse() })),
    /^$/,
  ],
  [
    'the changes of a cost as they were, beside a snapshot of before',
    (lines) => ofCost(lines, (entry) => ({ ...entry, snapshot: snapshotOf(lines, 'phase.start') })),
    /recorded snapshot/,
  ],
  [
    'the changes of a start without the state',
    (lines) => ofStart(lines, (changes) => changes.filter((change) => !isOfState(change))),
    /recorded snapshot/,
  ],
  [
    'the changes of a start to another state',
    (lines) =>
      ofStart(lines, (changes) =>
        changes.map((change) => (isOfState(change) ? [['value'], 'recovery'] : change)),
      ),
    /recorded snapshot/,
  ],
  [
    'the changes of a start to a state that does not exist',
    (lines) => ofStart(lines, (changes) => [...changes, [['value'], 'nowhere']]),
    /not one of this program's|not part of this machine/,
  ],
  [
    'the changes of a start without its context',
    (lines) => ofStart(lines, (changes) => [...changes, [['context']]]),
    /not one of this program's/,
  ],
  [
    'a cost without a key for what has no name',
    (lines) =>
      lines.map((line) => {
        if (eventOf(line)['key'] === 'b')
          Object.assign(eventOf(line), { key: undefined, operation: 'NO NAME' });
        return line;
      }),
    /not one of this program's/,
  ],
  [
    'an event of nobody',
    (lines) =>
      lines.map((line) => {
        if (eventOf(line)['key'] === 'b') eventOf(line)['type'] = 'cost.gifted';
        return line;
      }),
    /not one of this program's/,
  ],
  [
    'the creation dropped',
    (lines) => lines.filter((line) => eventOf(line)['type'] !== 'episode.created'),
    /would be refused|session_unknown|missing/,
  ],
];

describe('the audit', () => {
  test.each(forgeries)(
    'given a forged journal with %s, when it is verified, then the audit says so',
    async (_, change, says) => {
      const { directory } = await givenStory();
      forge(directory, change);
      const found = await openProduction(directory)
        .then((manager) => manager.verify())
        .catch((error: unknown) => ({ ok: false, problems: [{ what: (error as Error).message }] }));
      const what = found.problems.map((problem) => problem.what).join('\n');
      expect(what).toMatch(says);
      expect(found.ok).toBe(what === '');
    },
  );

  test('given a document that is sealed and shows another state than the journal, when it is verified, then the audit says so', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Audit' });
    await manager.close();
    const says = async (): Promise<string[]> => {
      const opened = await openProduction(directory);
      const { problems } = await opened.verify();
      await opened.close();
      return problems.map(({ session, what }) => `${session}: ${what}`);
    };
    expect(await says()).toEqual([]);
    const path = join(directory, sessionId, 'session.json');
    const { crc32: _seal, ...shown } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const forged = JSON.stringify(shown, undefined, 2).replaceAll('"topic": "Audit"', '"topic": "Other"');
    writeFileSync(path, sealed(forged));
    expect(await says()).toEqual([`${sessionId}: the documents show another state than the journal`]);
  });

  test('given a history, when each moment is opened, then it is the state that was, and the last is the present', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Time travel' });
    const seen = [await manager.getSnapshot(sessionId)];
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    seen.push(await manager.getSnapshot(sessionId));
    for (let n = 0; n < 80; n += 1) {
      await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01', key: `k${n}` });
      seen.push(await manager.getSnapshot(sessionId));
    }
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    seen.push(await manager.getSnapshot(sessionId));
    const history = await manager.history(sessionId);
    expect(history).toHaveLength(seen.length);
    expect(history.map(({ total_cost }) => total_cost)).toEqual(
      seen.map(({ context }) => context.money.spent / 1_000_000),
    );
    for (const [index, { position }] of history.entries())
      expect(await manager.stateAt(sessionId, position)).toEqual(seen[index]);
    await expect(manager.stateAt(sessionId, 1)).rejects.toMatchObject({
      code: 'session_unknown',
      field: 'position',
    });
    for (const bad of [Number.NaN, -1, 1.5, '7', null])
      await expect(manager.stateAt(sessionId, bad as number)).rejects.toMatchObject({ field: 'position' });
    await manager.close();
    const again = await openProduction(directory);
    expect(await again.history(sessionId)).toEqual(history);
  });

  test('given a journal, when it is verified, then it is told how far it has been read, up to its end', async () => {
    const { directory } = await givenStory();
    const manager = await openProduction(directory);
    const told: [number, number][] = [];
    const { commits } = await manager.verify({ onJournal: (read, end) => told.push([read, end]) });
    expect(told).toHaveLength(commits);
    const reads = told.map(([read]) => read);
    expect(reads).toEqual([...reads].sort((a, b) => a - b));
    expect(told.at(-1)).toEqual([reads.at(-1), reads.at(-1)]);
    expect(new Set(told.map(([, end]) => end)).size).toBe(1);
  });
});
