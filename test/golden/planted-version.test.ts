import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { machineVersion, migrate, type PersistedEpisode } from '../../machines/index.js';
import type * as Showrunner from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { bundleProcess } from '../support/bundle.js';
import { temporaryDirectory } from '../support/temporary.js';
import { policy, type Golden } from './make.js';

const released = fileURLToPath(new URL('versions/0.1.0-chart-1/', import.meta.url));
const { episodes, spent } = JSON.parse(readFileSync(join(released, 'expected.json'), 'utf8')) as Golden;
const next = machineVersion + 1;
const clock = fixedClock('2025-09-04T09:00:00.000Z');

const step = `{
    snapshot({ context: { recoveries, ...context }, ...rest }: any) {
      return { ...rest, context: { ...context, recovered: recoveries } };
    },
    event({ estimated, ...event }: any) {
      return estimated === undefined ? event : { ...event, unsure: estimated };
    },
  },
];`;

/** The program as its next version would be: a field of the context has another name, and so has one of an event. */
function nextVersion(path: string, text: string): string {
  if (!/^(?:machines|src)\//.test(path)) return text;
  if (path === 'machines/migrations.ts') return text.replace(/^\];/m, () => step);
  const renamed = text.replace(/\brecoveries\b/g, 'recovered').replace(/\bestimated\b/g, 'unsure');
  return path === 'machines/episode/version.ts'
    ? renamed.replace(`machineVersion = ${machineVersion}`, `machineVersion = ${next}`)
    : renamed;
}

async function planted(): Promise<typeof Showrunner> {
  const { file, remove } = await bundleProcess('src/index.ts', 'planted-version', nextVersion);
  onTestFinished(remove);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as typeof Showrunner;
}

function goldenCopy(): string {
  const directory = join(temporaryDirectory(), 'production');
  cpSync(join(released, 'production'), directory, { recursive: true });
  return directory;
}

type Snapshot = PersistedEpisode & { context: { recovered?: number } };

/** What the next version makes of a snapshot. */
function asNext(snapshot: unknown): unknown {
  const { context, ...rest } = migrate(snapshot, 1);
  const { recoveries, ...others } = context;
  return { ...rest, context: { ...others, recovered: recoveries } };
}

const nothing: Showrunner.Crew = {
  name: 'nothing',
  research: () => Promise.resolve(null),
  script: () => Promise.resolve(null),
  audio: () => Promise.resolve(null),
};

test('given the next version renames a field and changes an event, when it opens a released production and works on it, then every value is there, the audit finds nothing, and this version refuses it', async () => {
  const { ProductionStateManager } = await planted();
  const directory = goldenCopy();
  const open = () => ProductionStateManager.open({ directory, policy, clock });
  const first = await open();
  for (const [id, snapshot] of Object.entries(episodes))
    expect(await first.getSnapshot(id), id).toEqual(asNext(snapshot));
  expect(await first.getTotalSpending()).toBe(spent);
  expect(await first.verify()).toMatchObject({ ok: true, problems: [] });
  const claimed = Object.keys(episodes).find((id) => id.startsWith('ep_001')) ?? '';
  const past = await first.history(claimed);
  const early = await first.stateAt(claimed, past[0]?.position ?? 0);
  expect(early.context).toHaveProperty('recovered', 0);
  expect(early.context).not.toHaveProperty('recoveries');

  const fresh = await first.createEpisodeSession({ episodeNum: 77, topic: 'After the upgrade' });
  expect(await first.produce(fresh, nothing)).toMatchObject({ outcome: 'waiting' });
  const events = (await Promise.all(Object.keys(episodes).map((id) => first.history(id)))).flat();
  const settled = events.flatMap(({ event }) => (event.type === 'operation.settled' ? [event] : []));
  expect(settled.length).toBeGreaterThan(0);
  for (const event of settled) {
    expect(event).toHaveProperty('unsure');
    expect(event).not.toHaveProperty('estimated');
  }
  for (const id of Object.keys(episodes))
    await first.addCost({ sessionId: id, phase: 'research', operation: 'late', cost: '0.000001' });
  await first.close();

  const second = await open();
  for (const [id, snapshot] of Object.entries(episodes)) {
    const now = (await second.getSnapshot(id)) as Snapshot;
    expect(now.context.recovered, id).toBe((snapshot as PersistedEpisode).context.recoveries);
    expect(now.context.money.spent, id).toBe((snapshot as PersistedEpisode).context.money.spent + 1);
  }
  expect(await second.verify()).toMatchObject({ ok: true, problems: [] });
  await second.close();

  const present = await import('../../src/index.js');
  await expect(present.ProductionStateManager.open({ directory, policy, clock })).rejects.toMatchObject({
    code: 'production_upgraded',
  });
});
