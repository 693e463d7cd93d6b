import { describe, expect, test } from 'vitest';
import { awaitsPerson } from '../../src/shapes/awaits-person.js';
import { NeedKind } from '../../src/shapes/index.js';

describe('waiting for a person', () => {
  test.each(NeedKind.options.filter((need) => need !== 'late'))(
    'given an episode that needs somebody for %s, late or not, then a person is waited for',
    (need) => {
      expect(awaitsPerson([{ need }])).toBe(true);
      expect(awaitsPerson([{ need: 'late' }, { need }])).toBe(true);
    },
  );

  test('given an episode that is late and at work, or needs nothing, then nobody is waited for', () => {
    expect(awaitsPerson([{ need: 'late' }])).toBe(false);
    expect(awaitsPerson([])).toBe(false);
  });
});
