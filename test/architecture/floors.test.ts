import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { drawFloors } from './draw-floors.js';
import { circleIn, roomGraph, withoutDetours } from './rooms.js';

const picture = fileURLToPath(new URL('../../docs/images/floors.svg', import.meta.url));

/** What is in a room, for the picture. Files of src/ itself and what tests need are not drawn. */
const about: Record<string, string> = {
  machines: 'the chart, pure',
  'src/disk': 'the file system as a port',
  'src/shapes': 'what files and queries show',
  'src/journal': 'lines that count',
  'src/documents': 'files for people',
  'src/artifacts': 'files for other machines',
  'src/reports': 'folds over episodes',
  'src/record': 'what a line means, and back',
  'src/projection': 'documents follow the journal',
  'src/production': 'refresh, decide, append',
  'src/calls': 'what a call checks',
  'src/import': 'older state files',
  'src/redaction': 'a secret taken out',
  'src/crew': 'phase workers',
  'src/manager': 'the one face',
  'src/draw': 'the chart, drawn',
  'src/inspect': 'the Stately inspector',
  'src/agents': 'agents’ hosts',
  'src/studio': 'the local page',
  'src/restate': 'the journal on Restate',
  'src/postgres': 'the journal on Postgres',
  'src/telemetry': 'what is told outward',
  'src/cli': 'the command line',
};

describe('the floors of the house', () => {
  test('given which room imports which, then there is no circle', () => {
    expect(circleIn(roomGraph())).toBeUndefined();
    expect(
      circleIn(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['a'])],
        ]),
      ),
    ).toEqual(['a', 'b', 'c', 'a']);
  });

  // UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project unit test/architecture/floors.test.ts
  test('given the imports, when docs/images/floors.svg is compared, then it is not stale', async () => {
    const graph = roomGraph();
    const rooms = new Map(
      [...graph.keys()]
        .filter((room) => !/\.ts$|testing$/.test(room))
        .toSorted()
        .map((room) => [room, about[room] ?? '']),
    );
    expect([...rooms].filter(([, text]) => text === '')).toEqual([]);
    const ways = withoutDetours(graph).filter(([from, to]) => rooms.has(from) && rooms.has(to));
    const drawn = await drawFloors(
      rooms,
      ways.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    if (process.env['UPDATE_DOCS']) writeFileSync(picture, drawn);
    expect(
      readFileSync(picture, 'utf8') === drawn,
      'docs/images/floors.svg is stale: run this test with UPDATE_DOCS=1',
    ).toBe(true);
  });
});
