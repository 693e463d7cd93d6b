import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { importOlder } from '../../src/import/index.js';
import { ProductionError, ProductionStateManager, defineCrew } from '../../src/index.js';
import { replaceAt } from '../fuzz/edits.js';
import { temporaryDirectory } from '../support/temporary.js';
import { writeMixedUp, writeNumbered, writeSeed, writeStrangers } from './older-files.js';

async function open(): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory: temporaryDirectory() });
  onTestFinished(() => manager.close());
  return manager;
}

/** Content and time of every file below. */
function fingerprint(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      const info = statSync(path);
      return info.isFile()
        ? [`${name} ${info.mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`]
        : [];
    });
}

describe('importing older productions', () => {
  test('given the numbered shape, when it is imported, then states and sums are right, oddities are reported, and nothing of it is changed', async () => {
    const older = temporaryDirectory();
    writeNumbered(older);
    const before = fingerprint(older);
    const manager = await open();
    const { imported, report } = await importOlder(manager.production, join(older, 'state.json'));
    expect(imported.sort()).toEqual([
      'ep_001_20250903_154439',
      'ep_002_20250902_101500',
      'ep_004_20250905_090000',
    ]);
    expect(fingerprint(older)).toEqual(before);
    expect(await manager.getEpisodeState('ep_001_20250903_154439')).toMatchObject({
      topic: 'The Dirty Secret',
      status: 'failed',
      total_cost: 1.9,
      created_at: '2025-09-03T15:44:39Z',
      quality_scores: { research_depth: 9.2, brand_consistency: 0.92 },
      phases: {
        research: { status: 'complete', cost: 1.05, end_time: '2025-09-03T15:52:00Z' },
        // Its only checkpoint is no JSON.
        script: { status: 'failed', cost: 0.85 },
        audio: { status: 'pending' },
      },
    });
    expect(await manager.getEpisodeState('ep_002_20250902_101500')).toMatchObject({
      topic: 'Why we dream',
      status: 'complete',
      total_cost: 3.76,
    });
    expect(await manager.getEpisodeState('ep_004_20250905_090000')).toMatchObject({
      status: 'failed',
      total_cost: 9.5,
    });
    expect(await manager.getTotalSpending()).toBe(15.16);
    expect(
      (await manager.loadCheckpoint('ep_001_20250903_154439', 'checkpoint_research_20250903_155200')).data,
    ).toMatchObject({ found: 12 });
    expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
    const lines = report.map(({ severity, where, what }) => `${severity} ${where} ${what}`).join('\n');
    expect(lines).toMatch(/error .*completed_episodes.1 "..\/..\/x" is not a session id/);
    expect(lines).toMatch(/error .*-1 is not an amount of dollars/);
    expect(lines).toMatch(/info .*3.7600000000000002 is finer than a micro-dollar/);
    expect(lines).toMatch(/warning .*checkpoint_script_20250903_155730.json it is not JSON/);
    expect(lines).toMatch(
      /warning ep_004_20250905_090000\/state.json: phases.script.status "dancing" is not a phase status/,
    );
    expect(lines).toMatch(/warning .*"audio_quality" is no score/);
    expect((await manager.getEpisodeState('ep_001_20250903_154439')).quality_scores).toEqual({
      research_depth: 9.2,
      brand_consistency: 0.92,
    });
    expect(lines).toMatch(/info .*times without a time zone/);
  });

  test('given the 3.0.0 shape, when it is imported twice, then the second time changes nothing', async () => {
    const older = temporaryDirectory();
    writeSeed(older);
    const manager = await open();
    const first = await importOlder(manager.production, join(older, 'state.json'));
    expect(first.imported).toHaveLength(2);
    expect(await manager.getEpisodeState('ep_001_20250903_143022')).toMatchObject({
      status: 'audio',
      total_cost: 1.9,
      phases: { audio: { status: 'active' } },
    });
    expect(await manager.getEpisodeState('ep_002_20250902_093015')).toMatchObject({
      status: 'archived',
      total_cost: 7.5,
    });
    expect((await manager.loadCheckpoint('ep_001_20250903_143022', 'script_imported')).data).toEqual({
      word_count: 4215,
    });
    const { position } = manager.production;
    expect(await importOlder(manager.production, join(older, 'state.json'))).toMatchObject({ imported: [] });
    expect(manager.production.position).toBe(position);
    expect(await manager.verify()).toMatchObject({ ok: true });
    // Work goes on where the older program left it.
    expect(
      await manager.updatePhase({
        sessionId: 'ep_001_20250903_143022',
        phase: 'audio',
        status: 'complete',
        cost: '0.10',
      }),
    ).toMatchObject({ status: 'complete', total_cost: 2 });
  });

  test('given what cannot be understood, when it is imported, then each has one line that says where it is, and steers no terminal', async () => {
    const older = temporaryDirectory();
    writeNumbered(older);
    writeStrangers(older);
    const manager = await open();
    const { imported, report } = await importOlder(manager.production, join(older, 'state.json'));
    expect(imported).toHaveLength(4);
    const lines = report.map(
      ({ severity, where, what, decision }) => `${severity} ${where}: ${what}; ${decision}`,
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'info ep_001_20250903_154439/state.json: phases.script.cost: 0.8500000000000001 is finer than a micro-dollar; read as 0.85 (float drift)',
        'info state.json: completed_episodes.0.cost: 3.7600000000000002 is finer than a micro-dollar; read as 3.76 (float drift)',
        'info ep_004_20250905_090000/state.json: not known here: notes; left out',
        'info ep_004_20250905_090000/state.json: phases: not known here: video; left out',
        'warning ep_004_20250905_090000/state.json: status: "dancing\\n\\u001b[31m" is not an episode status; its phases decide',
        'warning ep_001_20250903_154439/checkpoint_video_20250903_160000.json: it is of no phase that is known here; left out',
        'warning ep_009_20250801_000000: it is a session folder that the state file does not list; imported',
        'warning state.json: total_cost: it says 12.3, the episodes that are understood sum to 15.16; what the episodes say counts',
      ]),
    );
    expect(lines.filter((line) => /[\p{Cc}]/u.test(line))).toEqual([]);
  });

  test('given a file that is no JSON over several lines, then the report of it is one line', async () => {
    const older = temporaryDirectory();
    writeSeed(older);
    mkdirSync(join(older, 'ep_002_20250902_093015'));
    writeFileSync(join(older, 'ep_002_20250902_093015', 'session.json'), 'nothing\n\u001b[31mred\n');
    const manager = await open();
    const { report } = await importOlder(manager.production, join(older, 'state.json'));
    const where = 'ep_002_20250902_093015/session.json';
    expect(report.filter((line) => line.where === where)).toMatchObject([
      { what: expect.stringMatching(/^it is not JSON: [^\p{Cc}]*$/u) as string },
    ]);
  });

  test('given an episode that had failed with a reason, when it is imported, then the failure says it', async () => {
    const older = temporaryDirectory();
    writeNumbered(older);
    const manager = await open();
    await importOlder(manager.production, join(older, 'state.json'));
    expect((await manager.getSnapshot('ep_004_20250905_090000')).context.failure).toMatchObject({
      code: 'rate_limited',
      phase: 'research',
      message: 'rate limit exceeded',
    });
  });

  test('given finished phases with checkpoints, when the rest is produced after the import, then its worker goes on from what they hold', async () => {
    const older = temporaryDirectory();
    writeSeed(older);
    const manager = await open();
    await importOlder(manager.production, join(older, 'state.json'));
    const sessionId = 'ep_001_20250903_143022';
    expect(await manager.loadCheckpoint(sessionId, 'script')).toMatchObject({ data: { word_count: 4215 } });
    expect(await manager.loadCheckpoint(sessionId, 'script_complete')).toMatchObject({
      data: { word_count: 4215 },
      next_phase: 'audio',
      can_resume: true,
    });
    const idle = (): Promise<null> => Promise.resolve(null);
    let heard: unknown;
    const crew = defineCrew({
      research: idle,
      script: idle,
      audio: ({ earlier }) => Promise.resolve((heard = earlier.script?.data)),
    });
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(heard).toEqual({ word_count: 4215 });
  });

  test('given older files that contradict each other, hold another session’s checkpoint, a long topic, data in a phase and tests, when they are imported, then each is told, and tests are left out on request', async () => {
    const older = temporaryDirectory();
    writeMixedUp(older);
    const manager = await open();
    const { imported, report } = await importOlder(manager.production, join(older, 'state.json'));
    const lines = report.map(
      ({ severity, where, what, decision }) => `${severity} ${where}: ${what}; ${decision}`,
    );
    const own = 'ep_001_20250903_143022/session.json';
    expect(lines).toEqual([
      `warning state.json: active_episodes.ep_001_20250903_143022.total_cost: it says 1, ${own} says 2; what ${own} says counts`,
      `warning ${own}: topic: it has 600 characters; cut to 500`,
      'warning ep_001_20250903_143022/audio/checkpoint.json: it is a checkpoint of ep_008_20250903_143022; left out',
      'warning ep_001_20250903_143022/script/checkpoint.json: phase: it says "audio", its name says script; its name counts',
      'info ep_001_20250903_143022/script/checkpoint.json: not known here: mood; left out',
      'warning state.json: active_episodes.ep_997_20250903_150000: it looks like a test episode; imported, but for --without-tests',
      'warning state.json: active_episodes.ep_005_20250903_150000: it looks like a test episode; imported, but for --without-tests',
    ]);
    expect(imported).toHaveLength(3);
    expect((await manager.loadCheckpoint('ep_001_20250903_143022', 'research')).data).toEqual({ facts: 3 });
    const real = await open();
    expect(
      await importOlder(real.production, join(older, 'state.json'), { withoutTests: true }),
    ).toMatchObject({ imported: ['ep_001_20250903_143022'] });
    expect(await real.getTotalSpending()).toBe(2);
  });

  test.each([['null'], ['[]'], ['"text"'], ['{}'], ['{ broken']])(
    'given a file with %s, then it is refused as no state file',
    async (content) => {
      const older = temporaryDirectory();
      writeFileSync(join(older, 'state.json'), content);
      const manager = await open();
      await expect(importOlder(manager.production, join(older, 'state.json'))).rejects.toMatchObject({
        code: 'import_invalid',
      });
    },
  );

  test('given a large file, when it is imported, then it is read apart, and this process goes on meanwhile', async () => {
    const manager = await open();
    const path = join(temporaryDirectory(), 'state.json');
    writeFileSync(path, JSON.stringify({ active_episodes: {}, notes: 'x'.repeat(60_000_000) }));
    let turns = 0;
    let isRead = false;
    const turn = (): void => {
      turns += 1;
      if (!isRead) setImmediate(turn);
    };
    turn();
    await importOlder(manager.production, path);
    isRead = true;
    expect(turns).toBeGreaterThan(50);
  });

  test('given more values than there is room for, when they are imported, then they are refused and nothing is there', async () => {
    const manager = await open();
    const path = join(temporaryDirectory(), 'state.json');
    writeFileSync(path, `{"active_episodes":{},"x":${'['.repeat(5_000_000)}`);
    await expect(importOlder(manager.production, path)).rejects.toThrow(
      /state\.json: it is not JSON: it has more than four million values/,
    );
    expect(await manager.listEpisodes()).toEqual([]);
  });

  test.each<[string, BufferEncoding]>([
    ['UTF-8', 'utf8'],
    ['UTF-16', 'utf16le'],
  ])(
    'given the files of an older production begin with the byte order mark of %s, then they are read',
    async (_name, encoding) => {
      const older = temporaryDirectory();
      writeNumbered(older);
      const files = readdirSync(older, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.json'),
      );
      for (const name of files) {
        const text = readFileSync(join(older, name), 'utf8');
        writeFileSync(join(older, name), Buffer.from(`\uFEFF${text}`, encoding));
      }
      const manager = await open();
      const { imported } = await importOlder(manager.production, join(older, 'state.json'));
      const plain = temporaryDirectory();
      writeNumbered(plain);
      const other = await open();
      expect(imported).toEqual((await importOlder(other.production, join(plain, 'state.json'))).imported);
      expect(imported.length).toBeGreaterThan(0);
    },
  );

  test('given a session folder that is a link out of the folder, then nothing is read through it', async () => {
    const [older, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    writeNumbered(elsewhere);
    mkdirSync(join(older, 'x'));
    writeFileSync(
      join(older, 'state.json'),
      JSON.stringify({ active_episodes: { 1: 'ep_001_20250903_154439' } }),
    );
    symlinkSync(join(elsewhere, 'ep_001_20250903_154439'), join(older, 'ep_001_20250903_154439'));
    const manager = await open();
    const { report } = await importOlder(manager.production, join(older, 'state.json'));
    expect(report.map(({ what }) => what)).toContain('it is a link that leads out of the folder');
    expect(await manager.getEpisodeState('ep_001_20250903_154439')).toMatchObject({
      total_cost: 0,
      topic: 'untitled',
    });
  });

  test('given any JSON where a value should be, then nothing but a ProductionError is thrown and the journal stays sound', async () => {
    const older = temporaryDirectory();
    writeSeed(older);
    const original = JSON.parse(readFileSync(join(older, 'state.json'), 'utf8')) as object;
    const manager = await open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.jsonValue(), async (where, value) => {
        run += 1;
        const id = `ep_001_20250903_${String(100_000 + run)}`;
        const text = JSON.stringify(original)
          .replaceAll('ep_001_20250903_143022', id)
          .replaceAll('ep_002_20250902_093015', id.replace('ep_001', 'ep_002'));
        writeFileSync(
          join(older, 'fuzzed.json'),
          JSON.stringify(replaceAt(JSON.parse(text) as object, where, value)),
        );
        const outcome = await importOlder(manager.production, join(older, 'fuzzed.json')).then(
          () => 'imported',
          (error: unknown) => error,
        );
        expect(outcome === 'imported' || outcome instanceof ProductionError).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
  });
});
