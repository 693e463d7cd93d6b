import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleProcess } from '../../../support/bundle.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import {
  castBy,
  fakeElevenLabs,
  invoiceOf,
  linesOf,
  openVoiced,
  speakingCrew,
} from '../../../support/voiced.js';

const words = [
  'Good evening to you all.',
  'It is dark, and the lamp is out.',
  'Who lights it?',
  'The keepers do.',
];

let bundled: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  bundled = await bundleProcess('test/support/speaking.ts', 'speaking');
});
afterAll(() => bundled.remove());

test.each([
  ['before the answer began', 'hangs', 2],
  ['in its first line', 'hangs', 0],
] as const)(
  'given a process is killed between send and answer, %s, then the next one finds the call in the history, takes its sound, and speaks only the rest',
  async (_when, mood, place) => {
    let killed: (() => void) | undefined;
    const fake = await fakeElevenLabs({
      mostAtOnce: 1,
      mood: (_request, text) => (text === words[place] && killed ? mood : 'well'),
      onDone: (text) => {
        if (text === words[place]) killed?.();
      },
    });
    const directory = temporaryDirectory();
    const manager = await openVoiced(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    const child = spawn(
      process.execPath,
      [bundled.file, directory, fake.url, sessionId, JSON.stringify(words)],
      {
        stdio: 'ignore',
      },
    );
    killed = () => void child.kill('SIGKILL');
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    killed = undefined;
    const crew = speakingCrew(() => linesOf(...words), castBy(fake.url));
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(fake.requests.map(({ text }) => text).toSorted()).toEqual(words.toSorted());
    const { money, operations } = (await manager.getSnapshot(sessionId)).context;
    expect([money.spent, Object.keys(operations)]).toEqual([invoiceOf(fake), []]);
    expect(crew.chunks.size).toBe(words.length);
  },
);
