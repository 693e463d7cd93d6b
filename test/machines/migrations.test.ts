import { describe, expect, test } from 'vitest';
import {
  ProductionError,
  machineVersion,
  migrate,
  migrations,
  upcast,
  persist,
  type Migration,
} from '../../machines/index.js';
import { newEpisode } from './story.js';

const current = JSON.parse(JSON.stringify(persist(newEpisode()))) as ReturnType<typeof persist>;

/** Version 1 had no `note`, version 2 called the topic a title. */
const older = (): { value: unknown; context: Record<string, unknown> } => {
  const { topic, note: _note, ...context } = current.context;
  return { ...current, context: { ...context, title: topic } };
};
const steps: Migration[] = [
  {
    snapshot(persisted) {
      const { context, ...rest } = persisted as ReturnType<typeof older>;
      return { ...rest, context: { ...context, note: null } };
    },
    event: (event) => ({ ...(event as object), reason: 'nobody said' }),
  },
  {
    snapshot(persisted) {
      const {
        context: { title, ...context },
        ...rest
      } = persisted as ReturnType<typeof older>;
      return { ...rest, context: { ...context, topic: title } };
    },
    event(event) {
      const { stage, ...rest } = event as Record<string, unknown>;
      return { ...rest, phase: stage };
    },
  },
];

describe('migrations', () => {
  test('given a snapshot of this version, then it is only checked', () => {
    expect(migrate(current, machineVersion)).toEqual(current);
    expect(migrations).toHaveLength(machineVersion - 1);
  });

  test('given an older snapshot, when it is migrated, then each step is taken once, in order, and the old one is as it was', () => {
    const before = older();
    const text = JSON.stringify(before);
    expect(migrate(before, 1, steps)).toEqual(current);
    expect(JSON.stringify(before)).toBe(text);
    expect(migrate(steps[0]?.snapshot(before), 2, steps)).toEqual(current);
    expect(migrate(current, 3, steps)).toEqual(current);
  });

  test('given a newer version, then this program stops and says what to do', () => {
    expect(() => migrate(current, machineVersion + 1)).toThrow(
      expect.objectContaining({
        code: 'production_upgraded',
        message: expect.stringMatching(/machine version 3, .* up to 2; upgrade Showrunner/) as unknown,
      }),
    );
    expect(() => migrate(current, 4, steps)).toThrow(ProductionError);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity, '1' as never])(
    'given %s as a version, then it is refused',
    (version) => {
      expect(() => migrate(current, version)).toThrow(
        expect.objectContaining({ code: 'invalid_input', field: 'version' }),
      );
    },
  );

  test('given an older event, when it is brought up, then each step is taken once, in order; and what is no event then is refused by its field', () => {
    const skipped = { type: 'phase.skip', at: '2025-09-03T14:30:22.000Z', stage: 'script' };
    expect(upcast(skipped, 1, steps)).toEqual({
      type: 'phase.skip',
      at: '2025-09-03T14:30:22.000Z',
      phase: 'script',
      reason: 'nobody said',
    });
    expect(() => upcast(skipped, 2, steps)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'reason' }),
    );
    expect(() => upcast(skipped, 4, steps)).toThrow(expect.objectContaining({ code: 'production_upgraded' }));
    expect(() => upcast({ type: 'episode.created' }, 3, steps)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });

  test('given steps that do not lead to an episode, then the field is named', () => {
    expect(() => migrate(older(), 2, steps)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'snapshot.context.note' }),
    );
  });
});
