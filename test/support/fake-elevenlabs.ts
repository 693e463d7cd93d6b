import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMp3Encoder } from 'wasm-media-encoders';
import { spokenSamples } from './spoken-samples.js';

/** How ElevenLabs answers one request. */
export type SpeechMood =
  | 'well'
  /** 429, its own servers are full. */
  | 'busy'
  /** 429, the account has too many under way. */
  | 'too-many'
  /** It did the work, and the connection breaks before the answer, or amid its body. */
  | 'dropped'
  | 'cut'
  /** The body ends early, and says that this is all of it. */
  | 'truncated'
  /** The connection breaks, and it never did the work. */
  | 'lost'
  /** The connection is held open, the work is done, and no answer comes. */
  | 'hangs'
  | 'silent'
  | 'short'
  | 'hides-cost'
  | 'wrong-text'
  | 'uneven'
  | 'backwards'
  | 'past-the-end'
  | 'no-times'
  | 'out-of-quota'
  | 'repeats-key';

/** What it has charged for, and keeps in its history. */
export interface Spoken {
  id: string;
  requestId: string;
  text: string;
  voice: string;
  model: string;
  credits: number;
  samples: Int16Array;
  at: number;
}

export interface FakeElevenLabs {
  url: string;
  spoken: Spoken[];
  /** Bodies of the requests to speak, in order. */
  requests: { text: string; model_id: string; previous_request_ids?: string[]; previous_text?: string }[];
  /** The most that were under way at once. */
  mostAtOnce: number;
  close(): Promise<void>;
}

export interface FakeSettings {
  apiKey: string;
  mood?: (request: number, text: string) => SpeechMood;
  mostAtOnce?: number;
  /** Whether history and models are kept from the key. */
  isClosed?: boolean;
  delayMs?: number;
  /** Its clock. */
  now?: () => number;
  /** Called when it has done the work of a request, before it answers. */
  onDone?: (text: string) => void;
}

const rate = 24_000;

/** A loopback server that answers as ElevenLabs does (its public reference and error pages, November 2026). */
export async function startFakeElevenLabs(settings: FakeSettings): Promise<FakeElevenLabs> {
  const {
    apiKey,
    mood = () => 'well',
    mostAtOnce = 5,
    isClosed = false,
    delayMs = 0,
    now = Date.now,
  } = settings;
  const fake: Omit<FakeElevenLabs, 'url' | 'close'> = { spoken: [], requests: [], mostAtOnce: 0 };
  let underWay = 0;
  let used = 1000;

  const refuse = (response: ServerResponse, code: number, status: string, message: string): void => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ detail: { status, message } }));
  };

  const speak = async (request: IncomingMessage, response: ServerResponse, voice: string): Promise<void> => {
    const body = JSON.parse(await textOf(request)) as FakeElevenLabs['requests'][number];
    fake.requests.push(body);
    const { text, model_id: model } = body;
    const how = mood(fake.requests.length - 1, text);
    if (voice === 'nobody')
      return refuse(response, 404, 'voice_not_found', 'A voice with that id does not exist.');
    if (how === 'busy') return refuse(response, 429, 'system_busy', 'Our services are under high load.');
    if (how === 'too-many' || underWay >= mostAtOnce)
      return refuse(response, 429, 'too_many_concurrent_requests', 'Too many concurrent requests.');
    if (how === 'out-of-quota')
      return refuse(response, 401, 'quota_exceeded', 'You have 3 credits remaining.');
    if (how === 'repeats-key')
      return refuse(response, 401, 'invalid_api_key', `Invalid API key ${apiKey} for sk_********abcdefgh`);
    if (how === 'lost') return void request.socket.destroy();
    underWay += 1;
    fake.mostAtOnce = Math.max(fake.mostAtOnce, underWay);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const samples = how === 'silent' ? new Int16Array(text.length * 1500) : spokenSamples(text, rate);
    const kept = how === 'short' ? samples.subarray(0, Math.round(text.length * 0.01 * rate)) : samples;
    const credits = model.startsWith('eleven_flash') ? Math.ceil(text.length / 2) : text.length;
    const one = {
      id: randomUUID(),
      requestId: randomUUID(),
      text,
      voice,
      model,
      credits,
      samples: kept,
      at: now(),
    };
    fake.spoken.unshift(one);
    settings.onDone?.(text);
    underWay -= 1;
    if (how === 'dropped') return void request.socket.destroy();
    if (how === 'hangs') return;
    const answer = JSON.stringify({
      audio_base64: Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('base64'),
      alignment: alignmentOf(text, kept.length / rate, how),
      normalized_alignment: alignmentOf(text, kept.length / rate, how),
    });
    response.writeHead(200, {
      'content-type': 'application/json',
      'request-id': one.requestId,
      'history-item-id': one.id,
      'current-concurrent-requests': String(underWay),
      'maximum-concurrent-requests': String(mostAtOnce),
      ...(how === 'hides-cost' ? {} : { 'character-cost': String(credits) }),
    });
    if (how === 'cut') {
      response.write(answer.slice(0, answer.length / 2), () => request.socket.destroy());
      return;
    }
    response.end(how === 'truncated' ? answer.slice(0, -200) : answer);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (request.headers['xi-api-key'] !== apiKey)
        return refuse(response, 401, 'invalid_api_key', 'Invalid API key');
      const speech = /^\/v1\/text-to-speech\/([^/]+)\/with-timestamps$/.exec(pathname);
      // Samples at 44.1 kHz are for plans that cost more.
      if (speech && searchParams.get('output_format') === 'pcm_44100')
        return refuse(response, 403, 'output_format_not_allowed', 'This output format needs a Pro plan.');
      if (speech && request.method === 'POST') return speak(request, response, speech[1] ?? '');
      if (isClosed)
        return refuse(response, 401, 'missing_permissions', 'The key has no permission for this.');
      if (pathname === '/v1/models') return answerJson(response, models);
      if (pathname === '/v1/user/subscription')
        return answerJson(response, { tier: 'creator', character_count: 50_000, character_limit: 100_000 });
      const known = /^\/v1\/voices\/([^/]+)$/.exec(pathname)?.[1];
      if (known === 'nobody')
        return refuse(response, 404, 'voice_not_found', 'A voice with that id does not exist.');
      if (known !== undefined) return answerJson(response, { voice_id: known, name: known });
      if (pathname === '/v1/history') {
        const voice = searchParams.get('voice_id');
        const after = searchParams.get('start_after_history_item_id');
        const items = fake.spoken.filter((each) => each.voice === voice);
        const from = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
        const size = Number(searchParams.get('page_size'));
        const page = items.slice(from, from + size);
        return answerJson(response, {
          history: page.map((each) => {
            const character_count_change_from = used;
            used += each.credits;
            return {
              history_item_id: each.id,
              request_id: each.requestId,
              voice_id: each.voice,
              model_id: each.model,
              text: each.text,
              date_unix: Math.floor(each.at / 1000),
              character_count_change_from,
              character_count_change_to: used,
              content_type: 'audio/mpeg',
              state: 'created',
            };
          }),
          has_more: from + size < items.length,
          last_history_item_id: page.at(-1)?.id ?? null,
        });
      }
      const item = /^\/v1\/history\/([^/]+)\/audio$/.exec(pathname);
      const kept = fake.spoken.find(({ id }) => id === item?.[1]);
      if (!kept) return refuse(response, 404, 'not_found', 'There is no such thing.');
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.end(await mp3Of(kept.samples));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    url: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const models = [
  {
    model_id: 'eleven_multilingual_v2',
    maximum_text_length_per_request: 10_000,
    model_rates: { character_cost_multiplier: 1 },
  },
  {
    model_id: 'eleven_flash_v2_5',
    maximum_text_length_per_request: 40_000,
    model_rates: { character_cost_multiplier: 0.5 },
  },
  {
    model_id: 'eleven_v3',
    maximum_text_length_per_request: 5000,
    model_rates: { character_cost_multiplier: 1 },
  },
];

function alignmentOf(text: string, seconds: number, how: SpeechMood) {
  if (how === 'no-times') return null;
  const characters = Array.from(how === 'wrong-text' ? `${text}?` : text);
  const each = seconds / characters.length;
  const starts = characters.map((_, index) => index * each);
  const ends = characters.map((_, index) => (index + 1) * each * (how === 'past-the-end' ? 2 : 1));
  if (how === 'backwards') starts.reverse();
  return {
    characters,
    character_start_times_seconds: starts,
    character_end_times_seconds: how === 'uneven' ? ends.slice(1) : ends,
  };
}

function answerJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function mp3Of(samples: Int16Array): Promise<Buffer> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: rate, channels: 1, bitrate: 64 });
  const floats = Float32Array.from(samples, (sample) => sample / 32_768);
  return Buffer.concat([
    Buffer.from(encoder.encode([floats]).slice()),
    Buffer.from(encoder.finalize().slice()),
  ]);
}
