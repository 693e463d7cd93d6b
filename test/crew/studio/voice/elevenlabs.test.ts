import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readWave } from '../../../../src/crew/audio/wave.js';
import type { ProductionStateManager } from '../../../../src/index.js';
import { Pacer } from '../../../../src/crew/studio/voice/pacer.js';
import type { SpeechMood } from '../../../support/fake-elevenlabs.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import {
  castBy,
  fakeElevenLabs,
  invoiceOf,
  linesOf,
  openVoiced,
  plantedKey,
  speakingCrew,
  speechPrice,
} from '../../../support/voiced.js';

const words = [
  'Good evening, and welcome to the lighthouse.',
  'It is dark outside, and the lamp is out.',
  'So who lights it, and who pays for the oil?',
  'The keepers do, and they write it down.',
  'Every night, in a book that nobody reads.',
  'We have read it.',
  'And what does it say of the storm in March?',
];

async function spokenBy(
  moods: SpeechMood[] | ((request: number, text: string) => SpeechMood),
  lines = linesOf(...words),
) {
  const mood = typeof moods === 'function' ? moods : (request: number) => moods[request] ?? 'well';
  const fake = await fakeElevenLabs({ mood });
  const directory = temporaryDirectory();
  const manager = await openVoiced(directory);
  const crew = speakingCrew(() => lines, castBy(fake.url));
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
  const produced = await manager.produce(sessionId, crew);
  return { fake, directory, manager, crew, sessionId, produced, lines };
}

async function eventsOf(manager: ProductionStateManager, sessionId: string, type: string) {
  return (await manager.history(sessionId)).map(({ event }) => event).filter((event) => event.type === type);
}

async function moneyOf(manager: ProductionStateManager, sessionId: string) {
  const { money, operations } = (await manager.getSnapshot(sessionId)).context;
  return { spent: money.spent, held: Object.keys(operations).length };
}

describe('speaking by ElevenLabs', () => {
  test('given a provider that does well, then the cost is its own `character-cost` to the micro-dollar, and each line has its sound and the captions of its times', async () => {
    const { fake, manager, sessionId, produced, crew, directory, lines } = await spokenBy([]);
    expect(produced).toMatchObject({ outcome: 'complete' });
    expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
    expect(fake.spoken).toHaveLength(words.length);
    for (const { index, text } of lines) {
      const { chunk = '', cues } = crew.chunks.get(index) ?? {};
      const wave = readWave(new Uint8Array(readFileSync(join(directory, sessionId, 'audio', chunk))));
      expect(wave).toMatchObject({ rate: 24_000 });
      expect(wave?.samples.join()).toBe(fake.spoken.find((each) => each.text === text)?.samples.join());
      expect(cues?.map((cue) => cue.text).join(' ')).toBe(text);
    }
  });

  test('sound is asked for as every plan has it: samples at 24 kHz', async () => {
    const { produced, crew, directory, sessionId } = await spokenBy([]);
    expect(produced).toMatchObject({ outcome: 'complete' });
    for (const { chunk = '' } of crew.chunks.values())
      expect(
        readWave(new Uint8Array(readFileSync(join(directory, sessionId, 'audio', chunk)))),
      ).toMatchObject({
        rate: 24_000,
      });
  });

  test('request stitching: at most three ids, of the same voice, oldest first, and never `previous_text` beside them', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `This is what we say in turn number ${String(n)}.`);
    const { fake } = await spokenBy([], linesOf(...texts));
    const asked = new Map(fake.requests.map((request) => [request.text, request]));
    const idsOf = (text: string | undefined) => fake.spoken.find((each) => each.text === text)?.requestId;
    const last = asked.get(texts[10] ?? '');
    expect(last?.previous_request_ids).toEqual([texts[4], texts[6], texts[8]].map(idsOf));
    expect(fake.requests.filter((request) => 'previous_text' in request)).toEqual([]);
    expect(asked.get(texts[0] ?? '')).not.toHaveProperty('previous_request_ids');
  });

  test('stitching is not for v3, and ids older than two hours are not taken up', async () => {
    const fake = await fakeElevenLabs();
    const manager = await openVoiced(temporaryDirectory());
    let clock = Date.now();
    const late = () => (clock += 3 * 3_600_000);
    for (const [episodeNum, model, now] of [
      [1, 'eleven_v3', Date.now],
      [2, 'eleven_multilingual_v2', late],
    ] as const) {
      const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Lamps' });
      await manager.produce(
        sessionId,
        speakingCrew(() => linesOf(...words), castBy(fake.url, { model }), now),
      );
    }
    expect(fake.requests).toHaveLength(2 * words.length);
    expect(fake.requests.filter((request) => request.previous_request_ids)).toEqual([]);
  });

  test('two different 429s: too many at once is queued, however often, without a try of the policy; a busy system backs off by it', async () => {
    const queued = await spokenBy(['well', 'well', ...Array.from({ length: 9 }, () => 'too-many' as const)]);
    expect(queued.produced).toMatchObject({ outcome: 'complete' });
    expect(await eventsOf(queued.manager, queued.sessionId, 'operation.released')).toEqual([]);
    const busy = await spokenBy(['well', 'busy', 'busy']);
    expect(busy.produced).toMatchObject({ outcome: 'complete' });
    expect(await eventsOf(busy.manager, busy.sessionId, 'operation.released')).toMatchObject([
      { code: 'provider_unavailable' },
      { code: 'provider_unavailable' },
    ]);
    for (const { fake, manager, sessionId } of [queued, busy])
      expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
  });

  test('pacing: as many at once as `maximum-concurrent-requests` says, and no more', async () => {
    const fake = await fakeElevenLabs({ mostAtOnce: 3, delayMs: 200 });
    const manager = await openVoiced(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    const pacer = new Pacer(1);
    await manager.produce(
      sessionId,
      speakingCrew(() => linesOf(...words), castBy(fake.url, { pacer, model: 'eleven_v3' })),
    );
    expect([fake.mostAtOnce, pacer.most, fake.requests.length]).toEqual([3, 3, words.length]);
  });

  test.each(['cut', 'truncated', 'dropped'] as const)(
    'given an answer that is %s, then the call is looked up in the history, its sound is taken from there, and nothing is spoken twice',
    async (mood) => {
      const { fake, manager, sessionId, produced, crew } = await spokenBy(['well', 'well', mood]);
      expect(produced).toMatchObject({ outcome: 'complete' });
      expect(fake.requests).toHaveLength(words.length);
      expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
      expect([...crew.chunks.values()].filter(({ cues }) => cues === undefined)).toHaveLength(1);
    },
  );

  test('given a connection that was lost before the work was done, then the call is held, and is called again only when none can be on its way any more', async () => {
    const fake = await fakeElevenLabs({ mood: (request) => (request === 2 ? 'lost' : 'well') });
    const manager = await openVoiced(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    let late = 0;
    const now = () => Date.now() + late;
    const crew = speakingCrew(() => linesOf(...words), castBy(fake.url, { now }), now);
    expect(await manager.produce(sessionId, crew)).not.toMatchObject({ outcome: 'complete' });
    expect(await moneyOf(manager, sessionId)).toMatchObject({ held: 1, spent: invoiceOf(fake) });
    await manager.resume({ sessionId });
    late = 16 * 60_000;
    expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
    expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
  });

  test('given a clock that is an hour ahead of the provider, then a lost call that was done is not taken for one that was not: a person is asked', async () => {
    const fake = await fakeElevenLabs({ mood: (request) => (request === 2 ? 'dropped' : 'well') });
    const manager = await openVoiced(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    let ahead = 3_600_000;
    const now = () => Date.now() + ahead;
    const crew = speakingCrew(() => linesOf(...words), castBy(fake.url, { now }), now);
    await manager.produce(sessionId, crew);
    ahead += 16 * 60_000;
    await manager.resume({ sessionId });
    await manager.produce(sessionId, crew);
    const { held, spent } = await moneyOf(manager, sessionId);
    expect(held).toBe(1);
    expect(spent).toBeLessThan(invoiceOf(fake));
    expect(fake.spoken).toHaveLength(new Set(fake.spoken.map(({ text }) => text)).size);
  });

  test('given history is kept from the key, then a lost call is held for a person', async () => {
    const fake = await fakeElevenLabs({
      isClosed: true,
      mood: (request) => (request === 2 ? 'dropped' : 'well'),
    });
    const manager = await openVoiced(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    await manager.produce(
      sessionId,
      speakingCrew(() => linesOf(...words), castBy(fake.url)),
    );
    expect(await moneyOf(manager, sessionId)).toMatchObject({ held: 1 });
    expect(fake.requests.map(({ text }) => text)).toHaveLength(
      new Set(fake.requests.map(({ text }) => text)).size,
    );
  });

  test.each(['silent', 'short'] as const)(
    'the first line of each voice is spoken and checked: given one that is %s, then nothing else is paid for',
    async (mood) => {
      const { fake, produced, manager, sessionId } = await spokenBy(() => mood);
      expect(produced).toMatchObject({ outcome: 'failed', failure: { code: 'artifact_invalid' } });
      expect(new Set(fake.requests.map(({ text }) => text))).toEqual(new Set([words[0]]));
      expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
    },
  );

  test('given a later line that is silent, then it is paid, and spoken once more', async () => {
    const { fake, produced, manager, sessionId } = await spokenBy(['well', 'well', 'silent']);
    expect(produced).toMatchObject({ outcome: 'complete' });
    expect(fake.requests).toHaveLength(words.length + 1);
    expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
  });

  test.each(['wrong-text', 'uneven', 'backwards', 'past-the-end', 'no-times'] as const)(
    'wrong alignments: given times that are %s, then the line is spoken once, and has one caption',
    async (mood) => {
      const { fake, produced, crew } = await spokenBy(['well', 'well', mood]);
      expect(produced).toMatchObject({ outcome: 'complete' });
      expect(fake.requests).toHaveLength(words.length);
      expect([...crew.chunks.values()].filter(({ cues }) => cues === undefined)).toHaveLength(1);
    },
  );

  test('no usage: given an answer without `character-cost`, then the whole reservation counts, and is marked estimated', async () => {
    const { manager, sessionId } = await spokenBy(['well', 'hides-cost']);
    const settled = await eventsOf(manager, sessionId, 'operation.settled');
    expect(settled.filter((event) => event.type === 'operation.settled' && event.estimated)).toHaveLength(1);
  });

  test('given a model that takes half a credit for a character, then the half is what it costs', async () => {
    const fake = await fakeElevenLabs();
    const manager = await openVoiced(temporaryDirectory());
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    await manager.produce(
      sessionId,
      speakingCrew(() => linesOf(...words), castBy(fake.url, { model: 'eleven_flash_v2_5' })),
    );
    expect(await moneyOf(manager, sessionId)).toEqual({ spent: invoiceOf(fake), held: 0 });
    expect(invoiceOf(fake)).toBeLessThan((words.join('').length * 220) / 1.8);
  });

  test('given an account without credits, then it is the quota that failed, and nothing was paid', async () => {
    const { produced, manager, sessionId } = await spokenBy(['out-of-quota']);
    expect(produced).toMatchObject({ outcome: 'failed', failure: { code: 'quota_exceeded' } });
    expect(await moneyOf(manager, sessionId)).toEqual({ spent: 0, held: 0 });
  });

  test('given one line is edited and the phase is done anew, then that line alone is spoken; a changed price table speaks none', async () => {
    const fake = await fakeElevenLabs();
    const manager = await openVoiced(temporaryDirectory(), { approvals: ['audio'] });
    let lines = linesOf(...words);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    await manager.produce(
      sessionId,
      speakingCrew(() => lines, castBy(fake.url)),
    );
    expect(fake.requests).toHaveLength(words.length);
    lines = linesOf(...words.with(3, 'Nobody knows, and nobody has asked.'));
    const dearer = { ...speechPrice, units: { input_mchars: 330 }, table: 'own 2026-12-01' };
    await manager.reject({ sessionId, by: 'Ada', reason: 'line four is wrong' });
    await manager.produce(
      sessionId,
      speakingCrew(() => lines, castBy(fake.url, {}, dearer)),
    );
    expect(fake.requests).toHaveLength(words.length + 1);
    expect(fake.requests.at(-1)?.text).toBe('Nobody knows, and nobody has asked.');
  });

  test('keys are in no file, no message and no event, also when the provider repeats them', async () => {
    const { directory, produced, manager, sessionId } = await spokenBy(['well', 'repeats-key']);
    expect(produced).toMatchObject({ outcome: 'failed' });
    const said = JSON.stringify([produced, await manager.history(sessionId)]);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const all = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(files.length).toBeGreaterThan(3);
    for (const text of [said, ...all]) {
      expect(text).not.toContain(plantedKey);
      expect(text).not.toContain('abcdefgh');
    }
    expect(said).toContain('invalid_api_key');
  });
});
