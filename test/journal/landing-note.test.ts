import { expect, test } from 'vitest';
import {
  landingNote,
  placeLanding,
  rememberedSince,
  type LandingMemory,
  type LandingNote,
  type LandingRequest,
} from '../../src/journal/index.js';

const [saturday, sunday] = ['2026-01-03', '2026-01-04'];
const costOf = (session: string, date: string, from: number, cost: number): LandingRequest => ({
  position: 0,
  crc: '00000000',
  at: `${date}T12:00:00.000Z`,
  latest: saturday,
  latestAfter: date,
  days: {
    [date]: { from: { spent: from, reserved: from }, to: { spent: from + cost, reserved: from + cost } },
  },
  commits: [{ session, parts: [`{"of":"${session}"}`], gaps: [] }],
});

test('given others have landed, then what they have noted says the same as what a log remembers', () => {
  let memory: LandingMemory | undefined;
  let [end, spent] = [0, 5];
  const since: { ends: number; landing: LandingNote }[] = [];
  for (const [session, date] of [
    ['bees', saturday],
    ['owls', saturday],
    ['bats', sunday],
  ] as const) {
    const request = { ...costOf(session, date, spent, 7), position: end, crc: memory?.crc ?? '00000000' };
    const placed = placeLanding(request, end, memory);
    if (!placed) throw new Error('nobody is in its way');
    memory = placed.memory;
    end = memory.end;
    spent = date === saturday ? spent + 7 : spent;
    since.push({ ends: end, landing: landingNote(request, placed) });
  }
  const late = costOf('ants', saturday, 5, 1);
  // Of days that it does not ask for, it knows nothing.
  const days = { [saturday]: memory?.days[saturday] };
  expect(rememberedSince(late, since)).toEqual({ ...memory, days });
  // Sunday has begun since.
  expect(placeLanding(late, end, rememberedSince(late, since))).toBeUndefined();
  expect(placeLanding(late, since[1]?.ends ?? 0, rememberedSince(late, since.slice(0, 2)))).toBeDefined();
  expect(rememberedSince(late, [...since, { ends: end + 1 }])).toBeUndefined();
});
