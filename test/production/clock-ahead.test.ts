import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const at = (day: number) => ({ now: () => `2025-09-0${day}T14:30:22.000Z` });
const cost = { phase: 'research', operation: 'query', cost: '0.10' } as const;

/** One commit, with money, of a clock that was two days ahead. */
async function given() {
  const directory = temporaryDirectory();
  const right = await openProduction(directory, { clock: at(3) });
  const sessionId = await right.createEpisodeSession({ episodeNum: 1, topic: 'Clocks' });
  await right.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const ahead = await openProduction(directory, { clock: at(5) });
  await ahead.addCost({ sessionId, ...cost });
  return { directory, sessionId, right };
}

describe('a clock that was ahead for one commit', () => {
  test('given whoever has the right clock is refused, when somebody accepts it, then work goes on, on the right day, for every process', async () => {
    const { directory, sessionId, right } = await given();
    await expect(right.addCost({ sessionId, ...cost })).rejects.toMatchObject({ code: 'clock_backwards' });
    expect(right.production.commitAhead('2025-09-03T15:30:22.000Z')).toMatchObject({
      at: '2025-09-05T14:30:22.000Z',
    });
    const why = { by: 'ann', reason: 'the network time came late' };
    expect(await right.acceptClock(why)).toBe(true);
    expect(await right.acceptClock(why)).toBe(false);
    await right.addCost({ sessionId, ...cost });
    expect(right.production.today()).toMatchObject({ date: '2025-09-03', spent: 100_000 });
    expect(right.production.commitAhead('2025-09-03T15:30:22.000Z')).toBeUndefined();
    await expectSound(right);
    const another = await openProduction(directory, { clock: at(3) });
    await another.addCost({ sessionId, ...cost });
    expect(another.production.today()).toMatchObject({ date: '2025-09-03', spent: 200_000 });
  });

  test.each([true, false])(
    'given the clock was accepted, when it is opened again with documents: %s, then the right day still counts',
    async (withDocuments) => {
      const { directory, sessionId, right } = await given();
      await right.acceptClock({ by: 'ann', reason: 'late' });
      await right.close();
      if (!withDocuments) rmSync(join(directory, 'state.json'), { force: true });
      const again = await openProduction(directory, { clock: at(3) });
      await again.addCost({ sessionId, ...cost });
      expect(again.production.today()).toMatchObject({ date: '2025-09-03', spent: 100_000 });
      await expectSound(again);
    },
  );

  test('given a clock that is behind, when somebody only looks, then it is no error', async () => {
    const { right, sessionId } = await given();
    expect((await right.getEpisodeState(sessionId)).total_cost).toBe(0.1);
    expect(right.production.today().date).toBe('2025-09-05');
  });
});
