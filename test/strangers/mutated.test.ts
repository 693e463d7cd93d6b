import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { createMp3Encoder } from 'wasm-media-encoders';
import { afterAll, expect, test } from 'vitest';
import { connectHosts, firstTable, hostFiles } from '../../src/agents/connect/host-files.js';
import { hookTableFile, readHookTable } from '../../src/agents/hooks/hook-table.js';
import { s3Store } from '../../src/artifacts/s3-store.js';
import { readWave, waveHeader } from '../../src/crew/audio/wave.js';
import { Reader } from '../../src/crew/offline/research/reader.js';
import { parseSettings } from '../../src/crew/studio/settings.js';
import { decodeMp3 } from '../../src/crew/studio/voice/decode-mp3.js';
import { decodeJson } from '../../src/disk/index.js';
import { keptToken } from '../../src/disk/kept-token.js';
import { readOlderApart } from '../../src/import/read-apart.js';
import { ProductionError } from '../../src/index.js';
import { post } from '../../src/telemetry/post.js';
import { edit, edited, replaceAt } from '../fuzz/edits.js';
import { writeNumbered, writeSeed } from '../import/older-files.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { expectHeld } from './counted.js';
import { onePage } from './hostile-documents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { directory, remove } = makeTemporaryDirectory();
afterAll(remove);
/** At night ten times as many. */
const triesEach = process.env['SHOWRUNNER_LONG'] ? 400 : 40;
/** Of a processor, milliseconds. */
const hang = 5000;

/** The bytes of a valid file, damaged in one to three places; JSON also with any value in any place. All by the seed. */
function mutations(valid: Buffer, count: number): Buffer[] {
  const options = { seed: 20_261_129, numRuns: count };
  const damaged = fc
    .sample(fc.array(edit, { minLength: 1, maxLength: 3 }), options)
    .map((edits) => edits.reduce(edited, valid));
  if (valid[0] !== 0x7b) return damaged;
  const values = fc.sample(fc.tuple(fc.nat(), fc.jsonValue()), { ...options, numRuns: count / 2 });
  const replaced = values.map(([where, value]) =>
    replaceAt(JSON.parse(valid.toString('utf8')), where, value),
  );
  return [...damaged, ...replaced.map((value) => Buffer.from(JSON.stringify(value)))];
}

interface Kind {
  valid: () => Buffer | Promise<Buffer>;
  read: (bytes: Buffer) => unknown;
  /** What it may throw besides errors of ours. */
  mayThrow?: (error: Error) => boolean;
}

const reader = new Reader();
afterAll(() => reader.close());
const never = new AbortController().signal;
const source = (kind: 'markdown' | 'html' | 'pdf', text: () => string): Kind => ({
  valid: () => Buffer.from(text(), 'latin1'),
  read: (bytes) => reader.read(kind, bytes, never),
});

const inFolder = (name: string): string => {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const older = (name: string, write: (folder: string) => void): Kind => ({
  valid: () => {
    write(inFolder(name));
    return readFileSync(join(directory, name, 'state.json'));
  },
  read: (bytes) => {
    const path = join(directory, name, 'state.json');
    writeFileSync(path, bytes);
    return readOlderApart(path);
  },
});

const place = {
  program: 'npx showrunner',
  directory: 'production',
  table: JSON.parse(firstTable.text) as never,
};
/** A mistake of ours, and not a refusal. */
const isMistake = ({ message }: Error): boolean =>
  /cannot (?:read|set|convert)|is not (?:a function|iterable|defined)|out of range|outside|call stack|invalid \w+ length/iu.test(
    message,
  );

const hosts = connectHosts.flatMap((host) =>
  hostFiles(host, place).map((file, n): [string, Kind] => [
    `${host}'s ${file.path}`,
    {
      valid: () => Buffer.from(file.edit(undefined, false) ?? ''),
      read: (bytes) => {
        // As a host of its own has written it, edited and taken out again.
        const text = bytes.toString('utf8');
        const fresh = hostFiles(host, place)[n];
        return fresh?.edit(fresh.edit(text, false), true);
      },
      mayThrow: (error) => !isMistake(error),
    },
  ]),
);

/** A server that answers anything with these bytes, and then ends. */
async function answering<T>(bytes: Buffer, ask: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    return await ask((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRetry-After: 120\r\nContent-Length: 15\r\nETag: "a"\r\n\r\n{"error":"busy"}',
);

const tone = Int16Array.from({ length: 4000 }, (_, n) => Math.round(8000 * Math.sin(n / 9)));

const kinds: [string, Kind][] = [
  ['Markdown', source('markdown', () => readFileSync(join(root, 'docs/sources.md'), 'latin1'))],
  [
    'HTML',
    source('html', () =>
      '<!doctype html><html><head><title>Bees</title><style>.x{display:none}</style></head><body><article><h1>Bees</h1><p>Bees dance to tell where food is.<sup>1</sup> They <b>fly</b> far.</p><ul><li>One item of a list that is long enough.</li></ul><table><tr><td>1</td></tr></table><p class="x">Nobody sees this.</p></article></body></html>'.repeat(
        3,
      ),
    ),
  ],
  ['PDF', source('pdf', () => onePage('BT /F1 12 Tf 72 700 Td (Bees dance to tell where food is.) Tj ET'))],
  ['older state file, numbered', older('numbered', writeNumbered)],
  ['older state file, 3.0.0', older('seed', writeSeed)],
  [
    'crew.json with prices',
    {
      valid: () =>
        Buffer.from(
          JSON.stringify({
            script: 'anthropic:claude-sonnet-5',
            judge: 'openai:gpt-5.2',
            voice: 'openai:alloy,verse',
            prices: {
              version: '2026-11',
              prices: { 'openai:gpt-5.2': { input_mtok: 1.25, output_mtok: 10 } },
            },
          }),
        ),
      read: (bytes) => parseSettings(decodeJson(bytes)),
      // What is no JSON is told by its place.
      mayThrow: (error) => error instanceof SyntaxError,
    },
  ],
  [
    'hooks.json',
    {
      valid: () => Buffer.from(firstTable.text),
      read: (bytes) => {
        writeFileSync(join(inFolder('hooks'), hookTableFile), bytes);
        return readHookTable(join(directory, 'hooks'));
      },
      mayThrow: (error) => !isMistake(error),
    },
  ],
  [
    'token',
    {
      valid: () => Buffer.from(`${'A1_-'.repeat(10)}abc\n`),
      read: (bytes) => {
        const path = join(inFolder('token'), 'token');
        writeFileSync(path, bytes, { mode: 0o600 });
        expect(keptToken(path)).toMatch(/^[\w-]{43}$/);
      },
    },
  ],
  [
    'WAVE',
    {
      valid: () => Buffer.concat([waveHeader(20, 16_000, 'a comment'), Buffer.from(tone.buffer, 0, 40)]),
      read: (bytes) => readWave(bytes),
    },
  ],
  [
    'MP3',
    {
      valid: async () => {
        const encoder = await createMp3Encoder();
        encoder.configure({ sampleRate: 16_000, channels: 1, bitrate: 32 });
        const sound = Float32Array.from(tone, (sample) => sample / 32_768);
        return Buffer.concat([Buffer.from(encoder.encode([sound])), Buffer.from(encoder.finalize())]);
      },
      read: (bytes) => decodeMp3(bytes),
      mayThrow: (error) => !isMistake(error),
    },
  ],
  [
    'answer of a receiver',
    {
      valid: () => answer,
      read: (bytes) =>
        answering(bytes, (port) =>
          post({
            url: `http://127.0.0.1:${port}/`,
            headers: {},
            body: '{}',
            allowPrivate: true,
            timeoutMs: 300,
            signal: never,
          }),
        ),
    },
  ],
  [
    'answer of S3',
    {
      valid: () => answer,
      read: (bytes) =>
        answering(bytes, async (port) => {
          const store = await s3Store({
            bucket: 'bees',
            endpoint: `http://127.0.0.1:${port}`,
            accessKeyId: 'a',
            secretAccessKey: 'b',
            timeoutMs: 300,
          });
          for await (const _ of (await store.get('a'.repeat(64))) ?? []);
        }),
      // Every failure of a request is told as one.
      mayThrow: () => true,
    },
  ],
  ...hosts,
];

/** All that lies there besides the folders in which kinds lay their files. */
const outside = (): string[] => readdirSync(directory).sort();

test('given valid files of every kind, damaged in one to three places, when they are read, then each is read or refused, and no mistake of ours is shown', async () => {
  const sum = { cases: 0, ended: 0, hangs: 0, outside: 0 };
  const wrong: object[] = [];
  for (const [name, { valid, read, mayThrow = () => false }] of kinds) {
    const whole = await valid();
    const before = outside();
    await read(whole);
    for (const bytes of mutations(whole, triesEach)) {
      const started = process.cpuUsage();
      const error: unknown = await Promise.resolve(bytes)
        .then(read)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      const { user, system } = process.cpuUsage(started);
      sum.cases += 1;
      const isHang = (user + system) / 1000 > hang;
      sum.hangs += Number(isHang);
      const isOurs =
        error === undefined ||
        error instanceof ProductionError ||
        (error instanceof Error && mayThrow(error));
      sum.ended += Number(!isOurs);
      if (!isOurs || isHang)
        wrong.push({
          name,
          error: String((error as Error | undefined)?.stack).slice(0, 500),
          bytes: bytes.toString('latin1').slice(0, 300),
        });
    }
    sum.outside += outside().filter(
      (entry) => !before.includes(entry) && !['hooks', 'token'].includes(entry),
    ).length;
  }
  expect(wrong).toEqual([]);
  expectHeld({ attack: 'valid files, damaged', ...sum });
}, 600_000);
