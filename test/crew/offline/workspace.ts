import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import { fakeSession, type FakeSession } from './fake-phase-context.js';

const fixtures = fileURLToPath(new URL('fixtures/sources', import.meta.url));
const made: string[] = [];

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

/** An empty folder that is removed after the file's tests. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'offline-crew-'));
  made.push(folder);
  return folder;
}

/** A copy of the fixture sources. */
export async function sourcesFolder(): Promise<string> {
  const folder = await emptyFolder();
  await cp(fixtures, folder, { recursive: true });
  return folder;
}

/** A session on an empty folder. */
export async function newSession(topic: string, options: Record<string, unknown>): Promise<FakeSession> {
  return fakeSession(await emptyFolder(), { topic, options });
}

/** Parses a JSON artifact. */
export async function readArtifactJson<T>(session: FakeSession, name: string): Promise<T> {
  return JSON.parse(await readFile(path.join(session.folder, name), 'utf8')) as T;
}

/** Compiles the voice worker from its source, so that tests never speak with an older build. */
export async function buildVoiceWorker(): Promise<URL> {
  const outfile = path.join(await emptyFolder(), 'voice-worker.mjs');
  const entry = fileURLToPath(new URL('../../../src/crew/audio/flite/voice-worker.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return pathToFileURL(outfile);
}
