import { expect, onTestFinished, test, vi } from 'vitest';
import type { SessionId } from '../../machines/index.js';
import { Journal } from '../../src/journal/index.js';
import { ShownPasts } from '../../src/studio/pasts.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given an episode’s past was shown, when it is shown again, then only what has come since is read, and what has changed is told', async () => {
  const manager = await openProduction(temporaryDirectory());
  const id = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const research = { sessionId: id, phase: 'research' } as const;
  await manager.updatePhase({ ...research, status: 'active' });
  const reserve = (key: string) => manager.reserveCost({ ...research, operation: key, maxCost: '0.10', key });
  for (const key of ['a', 'b', 'c']) await reserve(key);
  const pasts = new ShownPasts(manager);
  const { position } = await pasts.of(id);

  await manager.settleCost({ sessionId: id, key: 'b', cost: '0.05' });
  await manager.releaseCost({ sessionId: id, key: 'a' });
  await reserve('a');
  await manager.addCost({ ...research, operation: 'late', cost: '0.01' });
  const lines: number[] = [];
  const { scan } = Journal.prototype;
  vi.spyOn(Journal.prototype, 'scan').mockImplementation(function counted(this: Journal, onEntry, range) {
    scan.call(this, (entry) => onEntry((lines.push(entry.position), entry)), range);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  const past = await pasts.of(id);
  expect(lines).toHaveLength(4);
  await pasts.of(id);
  expect(lines).toHaveLength(4);

  const fresh = await new ShownPasts(manager).of(id);
  const changed = past.operations.after(position);
  expect(changed.map(({ place, name, status }) => `${place} ${name} ${status}`)).toEqual([
    '0 a released',
    '1 b settled',
    '3 a reserved',
    '4 late settled',
  ]);
  expect(past.operations.after(0)).toEqual(fresh.operations.after(0));
  expect(past.operations.after(0)).toHaveLength(5);
  expect(past.operations.after(past.position)).toEqual([]);
  expect(past.timeline.after(position).map(({ text }) => text)).toEqual([
    'b settled at $0.05',
    'a released',
    'a reserved $0.10',
    'late cost $0.01',
  ]);
  expect(past.timeline.after(0)).toEqual(fresh.timeline.after(0));
  expect(past.position).toBe(fresh.position);
});

test('given more episodes were looked at than are kept, when the first is looked at again, then it is whole', async () => {
  const manager = await openProduction(temporaryDirectory());
  const pasts = new ShownPasts(manager);
  const ids: SessionId[] = [];
  for (let episodeNum = 1; episodeNum <= 10; episodeNum += 1)
    ids.push(await manager.createEpisodeSession({ episodeNum, topic: 'One of ten' }));
  const looked = await Promise.all(ids.map((id) => pasts.of(id)));
  const [first = '' as SessionId] = ids;
  expect(await pasts.of(first)).not.toBe(looked[0]);
  expect((await pasts.of(first)).timeline.after(0)).toHaveLength(1);
  const last = ids.at(-1) ?? first;
  expect(await pasts.of(last)).toBe(looked.at(-1));
  // Who was looked at again is kept longer than who was not.
  const [, second = first, , fourth = first] = ids;
  expect(await pasts.of(fourth)).toBe(looked[3]);
  await pasts.of(second);
  expect(await pasts.of(fourth)).toBe(looked[3]);
  await expect(pasts.of('ep_099_20250903_143022' as SessionId)).rejects.toMatchObject({
    code: 'session_unknown',
  });
});
