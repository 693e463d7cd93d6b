import { describe, expect, test } from 'vitest';
import { importsOf, roomOf, sources, targetsOf } from './rooms.js';

/** What each folder may import, beside itself (docs/architecture.md). */
const allowed: Record<string, readonly string[]> = {
  machines: [],
  'src/disk': ['machines'],
  'src/artifacts': ['machines', 'src/disk'],
  'src/shapes': ['machines'],
  'src/journal': ['machines', 'src/disk'],
  'src/documents': ['machines', 'src/disk', 'src/artifacts', 'src/shapes'],
  'src/reports': ['machines', 'src/disk', 'src/shapes'],
  'src/record': ['machines', 'src/shapes', 'src/journal', 'src/documents', 'src/reports'],
  'src/projection': ['machines', 'src/shapes', 'src/journal', 'src/documents', 'src/reports', 'src/record'],
  'src/production': [
    'machines',
    'src/disk',
    'src/artifacts',
    'src/shapes',
    'src/journal',
    'src/documents',
    'src/reports',
    'src/record',
    'src/projection',
  ],
  'src/calls': [
    'machines',
    'src/artifacts',
    'src/documents',
    'src/shapes',
    'src/reports',
    'src/record',
    'src/production',
  ],
  'src/import': ['machines', 'src/disk', 'src/record', 'src/production'],
  'src/crew': [
    'machines',
    'src/disk',
    'src/shapes',
    'src/documents',
    'src/record',
    'src/production',
    'src/calls',
  ],
  'src/redaction': [
    'machines',
    'src/disk',
    'src/artifacts',
    'src/journal',
    'src/record',
    'src/production',
    'src/program.ts',
  ],
  'src/manager': [
    'machines',
    'src/disk',
    'src/artifacts',
    'src/shapes',
    'src/reports',
    'src/record',
    'src/production',
    'src/calls',
    'src/crew',
    'src/redaction',
    'src/program.ts',
  ],
  'src/restate': ['machines', 'src/disk', 'src/journal'],
  'src/postgres': ['machines', 'src/disk', 'src/journal'],
  'src/draw': ['machines'],
  'src/inspect': ['machines', 'src/disk', 'src/record', 'src/production', 'src/manager'],
  'src/studio': [
    'machines',
    'src/disk',
    'src/shapes',
    'src/documents',
    'src/reports',
    'src/record',
    'src/production',
    'src/calls',
    'src/manager',
    'src/draw',
    'src/inspect',
  ],
  'src/agents': [
    'machines',
    'src/disk',
    'src/shapes',
    'src/reports',
    'src/record',
    'src/production',
    'src/calls',
    'src/crew',
    'src/manager',
    'src/inspect',
  ],
  'src/telemetry': [
    'machines',
    'src/disk',
    'src/shapes',
    'src/documents',
    'src/reports',
    'src/record',
    'src/production',
    'src/manager',
  ],
  'src/testing': ['machines', 'src/disk', 'src/journal', 'src/production', 'src/manager'],
  'src/cli': [
    'machines',
    'src/artifacts',
    'src/disk',
    'src/shapes',
    'src/journal',
    'src/documents',
    'src/reports',
    'src/record',
    'src/production',
    'src/calls',
    'src/import',
    'src/crew',
    'src/redaction',
    'src/manager',
    'src/draw',
    'src/inspect',
    'src/studio',
    'src/agents',
    'src/program.ts',
    'src/telemetry',
    'src/restate',
    'src/postgres',
  ],
  'src/program.ts': [],
  'src/index.ts': [
    'machines',
    'src/artifacts',
    'src/shapes',
    'src/record',
    'src/production',
    'src/calls',
    'src/manager',
    'src/crew',
    'src/redaction',
    'src/inspect',
  ],
};

const files = [...sources('machines'), ...sources('src')];

describe('the direction of imports', () => {
  test('given any source file, then it imports only from folders below its own', () => {
    const wrong = files.flatMap((file) =>
      targetsOf(file)
        .filter(
          (target) =>
            roomOf(target) !== roomOf(file) && !(allowed[roomOf(file)] ?? []).includes(roomOf(target)),
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  test('given the charts, then nothing of them touches node', () => {
    expect(
      sources('machines').filter((file) => importsOf(file).some((name) => name.startsWith('node:'))),
    ).toEqual([]);
  });

  test('given the engine, then neither the offline crew nor the studio’s is part of it', () => {
    const engine = files.filter((file) => !/^src\/(?:crew\/(?:offline|studio)|cli)\//.test(file));
    const crews = /^src\/crew\/(?:offline|studio)\//;
    expect(engine.filter((file) => targetsOf(file).some((target) => crews.test(target)))).toEqual([]);
  });
});
