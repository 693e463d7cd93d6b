import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef, ArtifactWriter, PhaseContext } from '../../../src/crew/port.js';

type Phase = PhaseContext['phase'];

/** A session on a real folder that lives as long as the test: operations are remembered by key, artifacts appear by rename. */
export interface FakeSession {
  folder: string;
  /** Settled results by operation key. */
  settled: Map<string, unknown>;
  /** Keys of the bodies that really ran, in order. */
  ran: string[];
  /** Names of the artifacts that were written whole, in order. */
  written: string[];
  scores: Map<string, number>;
  progress: { fraction: number; message: string }[];
  context(phase: Phase, overrides?: Partial<PhaseContext>): PhaseContext;
}

async function openArtifact(folder: string, phase: Phase, name: string): Promise<ArtifactWriter> {
  const target = path.join(folder, phase, name);
  const temporary = `${target}.${randomUUID()}.tmp`;
  await mkdir(path.dirname(target), { recursive: true });
  const file = await open(temporary, 'wx');
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async write(chunk) {
      const buffer = Buffer.from(chunk as Uint8Array);
      hash.update(buffer);
      bytes += buffer.length;
      await file.writeFile(buffer);
    },
    async finish(): Promise<ArtifactRef> {
      await file.close();
      await rename(temporary, target);
      return { path: `${phase}/${name}`, sha256: hash.digest('hex'), bytes };
    },
    async discard() {
      await file.close().catch(() => {});
      await rm(temporary, { force: true });
    },
  };
}

/** Makes a session whose contexts implement the port. */
export function fakeSession(
  folder: string,
  given: { topic: string; options: Record<string, unknown> },
): FakeSession {
  const settled = new Map<string, unknown>();
  const ran: string[] = [];
  const written: string[] = [];
  const scores = new Map<string, number>();
  const progress: { fraction: number; message: string }[] = [];
  const exists = (file: string): Promise<boolean> =>
    stat(file).then(
      () => true,
      () => false,
    );

  const context = (phase: Phase, overrides: Partial<PhaseContext> = {}): PhaseContext => {
    const signal = overrides.signal ?? new AbortController().signal;
    return {
      sessionId: 'ep_001_20260102_030405',
      episodeNumber: 1,
      topic: given.topic,
      phase,
      attempt: 1,
      revision: 1,
      review: null,
      reviews: [],
      sleepUntil: () => Promise.resolve(),
      createdAt: '2026-01-02T03:04:05.000Z',
      options: given.options,
      earlier: {},
      async operation(name, options, body) {
        if (settled.has(options.key)) return structuredClone(settled.get(options.key)) as never;
        ran.push(options.key);
        const { result } = await body({
          idempotencyKey: `${name}/${options.key}`,
          signal,
          attempt: 1,
          reservedAt: '2026-01-01T00:00:00.000Z',
        });
        settled.set(options.key, JSON.parse(JSON.stringify(result)));
        return result;
      },
      ask: ({ default: answer }) => Promise.resolve(answer),
      progress: (fraction, message) => void progress.push({ fraction, message }),
      past: () => Promise.resolve([]),
      afford: () => Promise.resolve(),
      artifact: (name) => openArtifact(folder, phase, name),
      async writeArtifact(name, content) {
        written.push(`${phase}/${name}`);
        const writer = await openArtifact(folder, phase, name);
        await writer.write(content);
        return writer.finish();
      },
      readArtifact: (name) =>
        readFile(path.join(folder, name)).then(
          (bytes) => new Uint8Array(bytes),
          () => undefined,
        ),
      readInherited: () => Promise.resolve(undefined),
      async streamArtifact(name) {
        const file = path.join(folder, name);
        return (await exists(file)) ? createReadStream(file) : undefined;
      },
      removeArtifact: (name) => rm(path.join(folder, name), { force: true }),
      score: async (name, value) => void scores.set(name, value),
      left: async () => ({ phase: '2.00', episode: '7.00', day: '50.00' }),
      signal,
      ...overrides,
    };
  };
  return { folder, settled, ran, written, scores, progress, context };
}
