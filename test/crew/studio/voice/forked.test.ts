import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProductionStateManager } from '../../../../src/index.js';
import { soundOf } from '../../../../src/crew/studio/voice/take.js';
import type { SpokenLine } from '../../../../src/crew/audio/recording.js';
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

/** An episode that is spoken to its end, and a way to speak forks of it. */
async function spokenEpisode({ isClosed = false } = {}) {
  const fake = await fakeElevenLabs({ isClosed });
  const directory = temporaryDirectory();
  const manager = await openVoiced(directory);
  const speak = async (sessionId: string, lines: SpokenLine[]) => {
    const crew = speakingCrew(() => lines, castBy(fake.url));
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    const sounds = lines.map(({ index }) => crew.chunks.get(index)?.chunk ?? '');
    return sounds.map((name) => readFileSync(join(directory, sessionId, 'audio', name)));
  };
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
  const sounds = await speak(sessionId, linesOf(...words));
  const fork = (from: string) => manager.forkEpisode({ sessionId: from, checkpointName: 'script_complete' });
  return { fake, directory, manager, sessionId, sounds, speak, fork };
}

async function spentBy(manager: ProductionStateManager, sessionId: string): Promise<number> {
  return (await manager.getSnapshot(sessionId)).context.money.spent;
}

test('given a fork of a spoken episode with one line edited, then that line alone is spoken and paid; the others are to the byte those of its source, and so they are in a fork of the fork', async () => {
  const { fake, manager, sounds, speak, fork, sessionId } = await spokenEpisode();
  const billed = invoiceOf(fake);
  const edited = 'Nobody does.';
  const first = await fork(sessionId);
  const spoken = await speak(first, linesOf(...words.with(3, edited)));
  expect(fake.requests.map(({ text }) => text)).toEqual([
    ...fake.requests.slice(0, 4).map(({ text }) => text),
    edited,
  ]);
  expect(await spentBy(manager, first)).toBe(invoiceOf(fake) - billed);
  expect(await spentBy(manager, first)).toBe(edited.length * 220);
  expect(spoken.slice(0, 3)).toEqual(sounds.slice(0, 3));
  const second = await fork(first);
  expect(await speak(second, linesOf(...words))).toEqual(sounds);
  expect([fake.requests.length, await spentBy(manager, second)]).toEqual([5, 0]);
  expect(await manager.verify()).toMatchObject({ ok: true });
});

test('given a sound of the source was altered since, then it is not taken over: the provider gives it again for nothing', async () => {
  const { fake, directory, manager, speak, fork, sessionId } = await spokenEpisode();
  const altered = alteredSound(directory, sessionId, await keysOf(manager, sessionId));
  const copy = await fork(sessionId);
  const spoken = await speak(copy, linesOf(...words));
  expect([fake.requests.length, await spentBy(manager, copy)]).toEqual([4, 0]);
  expect(spoken.some((bytes) => bytes.equals(altered))).toBe(false);
});

test('given it was altered, and the provider gives nothing again, then that line alone is spoken and paid anew', async () => {
  const { fake, directory, manager, speak, fork, sessionId } = await spokenEpisode({ isClosed: true });
  alteredSound(directory, sessionId, await keysOf(manager, sessionId));
  const copy = await fork(sessionId);
  await speak(copy, linesOf(...words));
  expect(fake.requests).toHaveLength(5);
  expect(await spentBy(manager, copy)).toBe((fake.spoken[0]?.credits ?? 0) * 220);
});

async function keysOf(manager: ProductionStateManager, sessionId: string): Promise<string[]> {
  return (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'cost.reserve' ? [event.key] : [],
  );
}

/** One of its samples is another one; its head is as it was. */
function alteredSound(directory: string, sessionId: string, keys: readonly string[]): Buffer {
  const path = join(directory, sessionId, 'audio', soundOf({ id: (keys[0] ?? '').replace('speech-', '') }));
  const bytes = readFileSync(path);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 0x55;
  writeFileSync(path, bytes);
  return bytes;
}
