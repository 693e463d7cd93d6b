import type { Options } from './command.js';
import { readJson } from './read-json.js';
import { UsageError } from './usage-error.js';

/** What the crew gets of this command and nobody keeps. */
export function localOptionsOf({ localOptions: file }: Options): {
  localOptions?: Record<string, unknown>;
} {
  if (typeof file !== 'string') return {};
  const read = readJson(file);
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new UsageError(`--local-options: ${file} holds no object, such as {"apiKey":"…"}`);
  return { localOptions: read as Record<string, unknown> };
}
