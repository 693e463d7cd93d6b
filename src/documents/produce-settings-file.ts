import { join } from 'node:path';
import { decodeJson } from '../disk/decode-json.js';
import { readPlainFile } from '../disk/plain-file.js';
import { unseal } from './seal.js';

/** In an episode's folder: how `showrunner produce` was called. */
export const produceSettingsFile = 'producing.json';

const largest = 1024 * 1024;

/** What it says; undefined where there is none, and where it is torn or edited: it names a module that would be run. */
export function readSettingsFile(directory: string, sessionId: string): unknown {
  const read = readPlainFile(join(directory, sessionId, produceSettingsFile), { largest, within: directory });
  if ('refused' in read) return undefined;
  try {
    // Version 0.1.0 sealed none.
    return read.bytes.includes('"crc32"') ? unseal(read.bytes) : decodeJson(read.bytes);
  } catch {
    return undefined;
  }
}
