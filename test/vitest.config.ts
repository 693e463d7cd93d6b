import { statfsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const processes = [
  'test/cli/{cli,people,agents}*.test.ts',
  'test/agents/{mcp,broken,seed}*.test.ts',
  'test/production/{processes,faults,archive}.test.ts',
  'test/studio/api.test.ts',
  'test/import/{killed,older-kinds,two-years}.test.ts',
  'test/telemetry/webhook-command.test.ts',
  'test/crew/offline/audio.test.ts',
  'test/crew/{connections,workers}.test.ts',
  'test/crew/studio/voice/{elevenlabs,forked,killed,openai-speech}.test.ts',
  'test/manager/notify.test.ts',
  'test/inspect/relay.test.ts',
  'test/redaction/*.test.ts',
  'test/disk/bounded-thread.test.ts',
  'test/simulation/power-cuts.test.ts',
];
/** What keeps no time: on a disk in memory, or one process after another. Several files at once are not in each other's way. */
const simulated = [
  'test/long/{explored,fuzzed-commands,money-model,planted,power-cuts,power-cuts-twice,recorded,redo-files,waiting-payloads}.test.ts',
  'test/journal/power-cuts.test.ts',
  'test/machines/{explore,agreement,reach}.test.ts',
  'test/production/{full-disk,interleavings,many-keys,money-model}.test.ts',
  'test/fuzz/*.test.ts',
  'test/draw/draw.test.ts',
  'test/crew/studio/{background,forecast,misbehaving,preflight,refusals,script,search,traps}.test.ts',
];
/** For files of tests that are not about a disk: in memory, where a sync takes no time, if there is room. */
const besideTheDisk = hasRoom('/dev/shm', 2e9) ? { TMPDIR: '/dev/shm' } : {};

function hasRoom(folder: string, bytes: number): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= bytes;
  } catch {
    return false;
  }
}

/** What is waited for in them: leases, silences, the end of a day. Both logs at once. */
const mishaps = 'test/distributed/*/{days,operators,paid-points,programs-away}.test.ts';
/** What runs again where a log carries each production (test/distributed/logs): a part of it, and with SHOWRUNNER_LOGS=all the whole. */
const overLogs =
  process.env['SHOWRUNNER_LOGS'] === 'all'
    ? [
        'test/cli/{cli,people}*.test.ts',
        'test/golden/*.test.ts',
        'test/manager/!(artifacts-elsewhere).test.ts',
        'test/crew/*.test.ts',
        'test/production/{archive,audit,past,several-managers,group-commit,processes}.test.ts',
        'test/reports/*.test.ts',
        'test/studio/*.test.ts',
        'test/agents/*.test.ts',
        'test/long/crash-storm.test.ts',
      ]
    : ['test/cli/people-key.test.ts', 'test/golden/golden.test.ts'];
const logs = (on: 'postgres' | 'restate') => [
  {
    extends: true as const,
    test: {
      name: `logs-${on}`,
      include: overLogs,
      testTimeout: 180_000,
      hookTimeout: 120_000,
      setupFiles: ['test/distributed/logs/set-up.ts'],
      globalSetup: [`test/distributed/logs/on-${on}.ts`],
      // After what measures who waits for whom.
      sequence: { groupOrder: 1 },
    },
  },
];
const report = process.env['SHOWRUNNER_TEST_REPORT'];

/**
 * `unit` is what `npm test` runs; `long` is its slower sibling (crash storms, whole productions); `crash` hinders a process at each of its system
 * calls (strace); `distributed` runs a production on servers that carry its journal, `mishaps` lets happen there what may, `nodes` cuts its servers off, kills them and takes their power, for minutes; `examples` runs the worked examples of docs/metering.md with the frameworks that they name; `processes` holds what starts processes by the hundred (command line, agents), fails the disk at each call in turn, or speaks; `protocol` checks the models (spin); `browser` drives the studio's page (chromium); `strangers` attacks both servers and plants what is hostile in every place of a file.
 */
export default defineConfig({
  root,
  test: {
    pool: 'forks',
    // The default leaves one core idle, which is half of two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Playwright asserts that the frame of a page is known that it is closing (1.65.1): it says nothing of the studio beside the page.
    onUnhandledError: (error) => !/FrameManager\.frameAttached/.test(String(error.stack)),
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Loading the engine anew for each file took a third of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/node_modules/**',
            'test/long/**',
            'test/nodes/**',
            'test/browser/**',
            'test/crash/**',
            'test/distributed/**',
            'test/examples/**',
            'test/protocol/**',
            'test/strangers/**',
            ...processes,
            ...simulated,
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          exclude: simulated,
          testTimeout: 900_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'simulated',
          include: simulated,
          testTimeout: 900_000,
          env: besideTheDisk,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'processes', include: processes, testTimeout: 120_000 } },
      {
        extends: true,
        test: {
          name: 'distributed',
          include: ['test/distributed/**/*.test.ts'],
          exclude: ['**/node_modules/**', mishaps],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      ...logs('postgres'),
      ...logs('restate'),
      {
        extends: true,
        test: { name: 'mishaps', include: [mishaps], testTimeout: 240_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: 'nodes',
          include: ['test/nodes/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'examples',
          include: ['test/examples/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      { extends: true, test: { name: 'crash', include: ['test/crash/**/*.test.ts'], hookTimeout: 120_000 } },
      {
        extends: true,
        test: { name: 'protocol', include: ['test/protocol/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: 'strangers',
          include: ['test/strangers/**/*.test.ts'],
          testTimeout: 90_000,
          globalSetup: ['test/strangers/table.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
