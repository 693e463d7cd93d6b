import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/cli/commands/produce.js';

const sources = fileURLToPath(new URL('../crew/offline/fixtures/sources', import.meta.url));

describe('--source-seconds', () => {
  it.each(['0', '0.9', '3601', 'ten', ''])(
    'given --source-seconds %s, when an episode is asked of the demonstration crew, then it is refused before anything is made',
    (sourceSeconds) => {
      expect(() => settingsOf({ sources, sourceSeconds })).toThrow('--source-seconds: ');
    },
  );

  it('given --source-seconds 60, then each source gets as many', () => {
    expect(settingsOf({ sources, sourceSeconds: '60' }).crew_options).toMatchObject({ source_seconds: 60 });
  });
});

describe('--minutes', () => {
  it.each(['0.1', '0.19', '60.5', '1e3', '0', '-3', 'three', '', 'NaN', 'Infinity'])(
    'given --minutes %s, when an episode is asked of the demonstration crew, then it is refused before anything is made',
    (minutes) => {
      expect(() => settingsOf({ sources, minutes })).toThrow(
        /--minutes: .*(?:is not a number|is out of range)/u,
      );
    },
  );

  it.each(['0.2', '3', '60', undefined])(
    'given --minutes %s, when it is in range, then it is taken',
    (minutes) => {
      const { crew_options: options } = settingsOf({
        sources,
        ...(minutes === undefined ? {} : { minutes }),
      });
      expect(options).toMatchObject({ minutes: Number(minutes ?? 3) });
    },
  );

  it('given a crew of your own, when it is asked for an hour and a half, then that is its own affair', () => {
    expect(settingsOf({ crew: 'my-crew.mjs', minutes: '90' }).crew_options).toMatchObject({ minutes: 90 });
  });
});
