import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import type { LandingAnswer, RemoteLog } from '../../src/journal/index.js';
import { MemoryLog } from '../../src/testing/memory-log.js';
import { temporaryDirectory } from '../support/temporary.js';
import { at, journalOn, landOne } from './on-log.js';

const landed = (...lines: LandingAnswer['lines']): LandingAnswer => ({ outcome: 'landed', lines, at });

test.each<[string, LandingAnswer | ((position: number) => LandingAnswer), RegExp]>([
  ['that nothing has landed', landed(), /not where/],
  ['that it landed before what it was decided upon', landed({ position: 0, end: 5 }), /not where/],
  [
    'that it landed in two places',
    (end) => landed({ position: end, end: end + 5 }, { position: end + 5, end: end + 9 }),
    /not where/,
  ],
  ['that it ends before it begins', (end) => landed({ position: end + 5, end }), /not where/],
  [
    'that it landed where the log never comes',
    (end) => landed({ position: end, end: 1e12 }),
    /gives what it has up to \d+ only/,
  ],
  [
    'a year of six digits',
    { ...landed(), at: '+275760-09-12T00:00:00.000Z' },
    /outcome of the last call is unknown/,
  ],
  ['words for the time', { ...landed(), at: 'never' }, /outcome of the last call is unknown/],
])(
  'given a log says of a landing %s, then whoever commits is told, and does not wait for ever',
  async (_, lie, said) => {
    const journal = await journalOn(() => ({
      land: async ({ position }) => (typeof lie === 'function' ? lie(position) : lie),
    }));
    const result = await landOne(journal);
    expect(result?.error).toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringMatching(said),
    });
  },
);

test('given a log gives bytes without end and no line among them, then it is read no further', async () => {
  const endless = async (): Promise<Uint8Array> => {
    await setImmediate();
    return Buffer.alloc(1 << 20, 'no line');
  };
  await expect(journalOn(() => ({ read: endless }))).rejects.toMatchObject({
    code: 'journal_unavailable',
    message: expect.stringContaining('has no line in'),
  });
});

test.each([
  ['a log takes nothing at its own end', '', 'journal_unavailable'],
  ['somebody else has written half a line behind its end', '{"position":', 'journal_damaged'],
  ['somebody else has written a line that is none', 'no line\n', 'made'],
])('given %s, then whoever commits is told where nobody can', async (_, written, code) => {
  const log = new MemoryLog().connect();
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.connect({
    log:
      written === ''
        ? {
            ...log,
            land: async () => ({ outcome: 'moved', lines: [], at: new Date().toISOString() }),
            append: refusing(log),
          }
        : log,
    directory,
  });
  onTestFinished(() => manager.close());
  if (written !== '') await log.append((await log.end()).end, Buffer.from(written), 'theirs');
  const outcome = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' }).then(
    () => 'made',
    (error: unknown) => (error as { code?: string }).code,
  );
  expect(outcome).toBe(code);
});

/** Takes the first header, and nothing more. */
function refusing(log: RemoteLog): RemoteLog['append'] {
  return (position, bytes, key) =>
    position === 0
      ? log.append(position, bytes, key)
      : Promise.resolve({ landed: false, at: new Date().toISOString() });
}
