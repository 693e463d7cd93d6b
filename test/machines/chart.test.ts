import { createActor } from 'xstate';
import { describe, expect, test } from 'vitest';
import { episodeMachine, lintChart, persist, structureHash } from '../../machines/index.js';
import { apply, created, newEpisode } from './story.js';

describe('the chart', () => {
  test('has no unimplemented name, unreachable state, timer or invoke', () => {
    expect(lintChart(episodeMachine)).toEqual([]);
  });

  test('has a structure hash that does not change between runs', () => {
    expect(structureHash(episodeMachine)).toBe(structureHash(episodeMachine));
    expect(structureHash(episodeMachine)).toMatch(/^[0-9a-f]{16}$/);
  });

  test('persists in the shape that a live actor gives', () => {
    const actor = createActor(episodeMachine, { input: created() }).start();
    actor.send({ type: 'phase.start', phase: 'research', at: '2025-09-03T14:31:00.000Z' });
    const pure = apply(newEpisode(), { type: 'phase.start', phase: 'research', at: '2025-09-03T14:31:00.000Z' });
    expect(JSON.parse(JSON.stringify(persist(pure)))).toEqual(JSON.parse(JSON.stringify(actor.getPersistedSnapshot())));
  });
});
