import { expect, test } from 'vitest';
import type { LandingAnswer } from '../../src/journal/index.js';
import { at, journalOn, landOne } from './on-log.js';

test('given others have changed its episode three times in a row, when they have turns, then it queues behind them at once, eight times', async () => {
  let answer: LandingAnswer['outcome'] = 'moved';
  let asked = 0;
  const journal = await journalOn(() => ({
    land: async () => {
      asked += 1;
      return { outcome: answer, lines: [], at };
    },
  }));
  const wantTurns: unknown[] = [];
  for (let times = 0; times < 3; times += 1) wantTurns.push((await landOne(journal))?.needsTurn);
  expect(wantTurns).toEqual([false, false, true]);
  answer = 'turn';
  for (let times = 0; times < 8; times += 1) expect((await landOne(journal))?.needsTurn).toBe(true);
  expect(asked).toBe(11);
  // Their turns may be over by now: it waits for that.
  await landOne(journal);
  expect(asked).toBeGreaterThan(12);
});
