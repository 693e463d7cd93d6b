import { expect, test } from 'vitest';
import { placeLanding, type LandingMemory, type LandingRequest } from '../../src/journal/index.js';

const [saturday, sunday] = ['2026-01-03', '2026-01-04'];
const noon = `${saturday}T12:00:00.000Z`;

function costOf(session: string, position: number, memory?: LandingMemory): LandingRequest {
  const spent = { spent: 5, reserved: 0 };
  return {
    position,
    crc: memory?.crc ?? '00000000',
    at: noon,
    latest: saturday,
    latestAfter: saturday,
    days: { [saturday]: { from: spent, to: { spent: 6, reserved: 0 } } },
    commits: [{ session, parts: [`{"of":"${session}"}`], gaps: [] }],
  };
}

/** A log on which the owls' commit came after what the bees' was decided upon. */
function withOwls(): LandingMemory {
  const placed = placeLanding(costOf('owls', 0), 0, undefined);
  if (!placed) throw new Error('nobody is in its way');
  return { ...placed.memory, barrier: 0 };
}

function isPlaced(memory: LandingMemory): boolean {
  return placeLanding(costOf('bees', 0), memory.end, memory) !== undefined;
}

test('given another session’s commit came in between, then a commit lands behind it', () => {
  expect(isPlaced(withOwls())).toBe(true);
});

test('given the log has forgotten a day that a commit speaks of, then it is decided again', () => {
  const memory = withOwls();
  expect(isPlaced({ ...memory, days: {} })).toBe(false);
  expect(isPlaced({ ...memory, days: { [sunday]: { spent: 5, reserved: 0 } } })).toBe(false);
});

test('given a later day has begun, then a commit that was decided before is decided again', () => {
  expect(isPlaced({ ...withOwls(), latest: sunday })).toBe(false);
});

test('given a commit waited on its way for more than five seconds after another’s time, then it is decided again', () => {
  const later = (ms: number): string => new Date(Date.parse(noon) + ms).toISOString();
  expect(isPlaced({ ...withOwls(), at: later(5000) })).toBe(true);
  expect(isPlaced({ ...withOwls(), at: later(5001) })).toBe(false);
});
