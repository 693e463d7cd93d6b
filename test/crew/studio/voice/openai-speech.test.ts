import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Cast } from '../../../../src/crew/studio/voice/cast.js';
import { openAiSpeech } from '../../../../src/crew/studio/voice/openai-speech.js';
import { Pacer } from '../../../../src/crew/studio/voice/pacer.js';
import type { Price } from '../../../../src/crew/studio/types.js';
import { spokenSamples } from '../../../support/spoken-samples.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import { linesOf, openVoiced, plantedKey, speakingCrew, speechPrice } from '../../../support/voiced.js';

type Mood = 'well' | 'cut' | 'limited' | 'poor' | 'repeats-key';

/** A loopback server that answers as OpenAI's `/v1/audio/speech` does: raw samples, and no usage. */
async function fakeOpenAi(mood: (request: number) => Mood) {
  const said: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const { input } = JSON.parse(body) as { input: string };
      const how = mood(said.push(input) - 1);
      const refuse = (status: number, code: string, message: string) => {
        response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
        response.end(JSON.stringify({ error: { message, type: code, param: null, code } }));
      };
      if (how === 'limited') return refuse(429, 'rate_limit_exceeded', 'Rate limit reached.');
      if (how === 'poor') return refuse(429, 'insufficient_quota', 'You exceeded your current quota.');
      if (how === 'repeats-key')
        return refuse(401, 'invalid_api_key', `Incorrect API key provided: ${plantedKey}`);
      const sound = Buffer.from(spokenSamples(input, 24_000).buffer);
      response.writeHead(200, { 'content-type': 'audio/pcm', 'x-request-id': `req_${String(said.length)}` });
      if (how === 'cut') response.write(sound.subarray(0, 5000), () => request.socket.destroy());
      else response.end(sound);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { said, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1` };
}

async function spokenBy(
  moods: Mood[],
  price: Price,
  lines = linesOf('Good evening to you.', 'It is late.', 'It is not.'),
) {
  const fake = await fakeOpenAi((request) => moods[request] ?? 'well');
  const manager = await openVoiced(temporaryDirectory());
  const model = openAiSpeech({ apiKey: plantedKey, baseUrl: fake.url, model: 'tts-1' });
  const voice = { model, voice: 'alloy', price, pacer: new Pacer(3) };
  const cast: Cast = new Map([
    ['Ada', voice],
    ['Ben', { ...voice, voice: 'verse' }],
  ]);
  const crew = speakingCrew(() => lines, cast);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
  const produced = await manager.produce(sessionId, crew);
  const { money, operations } = (await manager.getSnapshot(sessionId)).context;
  return {
    fake,
    produced,
    crew,
    manager,
    sessionId,
    spent: money.spent,
    held: Object.keys(operations).length,
  };
}

const byCharacters = { ...speechPrice, units: { input_mchars: 15 } };
const byHours = { ...speechPrice, units: { output_audio_hours: 0.9 } };

test('given no usage is told, then speech is settled by its characters, each call rounded up once', async () => {
  const { fake, spent, produced } = await spokenBy([], byCharacters);
  expect(produced).toMatchObject({ outcome: 'complete' });
  expect(spent).toBe(fake.said.reduce((sum, { length }) => sum + length * 15, 0));
});

test('given a price by the hour, then it is settled by the length of what came, which is below what was reserved', async () => {
  const { fake, spent, manager, sessionId } = await spokenBy([], byHours);
  const ms = fake.said.map(({ length }) => length * 65);
  expect(spent).toBe(ms.reduce((sum, each) => sum + Math.ceil(each / 4), 0));
  const reserved = (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'cost.reserve' ? [event.amount] : [],
  );
  expect(reserved.reduce((sum, amount) => sum + amount, 0)).toBeGreaterThan(spent);
});

test('4,096 characters a request: a longer line is several, whose samples are joined, none more and none fewer', async () => {
  const evening = (n: number) => `On evening ${String(n)} the keeper climbs the stairs and lights the lamp.`;
  const long = Array.from({ length: 150 }, (_, n) => evening(n)).join(' ');
  const { fake, crew } = await spokenBy([], byCharacters, linesOf('Good evening to you.', long));
  expect(crew.chunks.get(2)).toMatchObject({ requests: 3 });
  expect(fake.said).toHaveLength(4);
  for (const { length } of fake.said) expect(length).toBeLessThanOrEqual(4096);
  expect(fake.said.slice(1).toSorted().join(' ').length).toBe(long.length);
});

test('given an answer that breaks off, then the call is held for a person, since nothing can be looked up', async () => {
  const { held, fake, produced } = await spokenBy(['well', 'well', 'cut'], byCharacters);
  expect([held, fake.said.length]).toEqual([1, 3]);
  expect(produced).not.toMatchObject({ outcome: 'complete' });
});

test('given two different 429s, then a limit is waited for, and an empty account is not', async () => {
  const limited = await spokenBy(['well', 'limited'], byCharacters);
  expect(limited.produced).toMatchObject({ outcome: 'complete' });
  const poor = await spokenBy(['well', 'poor'], byCharacters);
  expect(poor.produced).toMatchObject({ outcome: 'failed', failure: { code: 'quota_exceeded' } });
  expect(poor.fake.said).toHaveLength(2);
});

test('given a key that the provider repeats, then nobody else does', async () => {
  const { produced, manager, sessionId } = await spokenBy(['repeats-key'], byCharacters);
  const said = JSON.stringify([produced, await manager.history(sessionId)]);
  expect(said).toContain('Incorrect API key provided');
  expect(said).not.toContain(plantedKey);
});
