import { WebAssembly, type WasmMemory, type WasmModule } from './web-assembly.js';
import { wasiHost, WasiExit } from './wasi-host.js';

/** Runs flite once: what it has written, in files and beside them, is its host's. */
export function runFlite(module: WasmModule, args: readonly string[]): ReturnType<typeof wasiHost> {
  // Each line gets a fresh instance, because flite is a command: it keeps state, and its memory only grows.
  const host = wasiHost(['flite', ...args]);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports });
  const { memory, _start } = instance.exports as { memory: WasmMemory; _start: () => void };
  host.attach(memory);
  try {
    _start();
  } catch (error) {
    if (!(error instanceof WasiExit) || error.code !== 0) throw error;
  }
  return host;
}

/** Says a text with one of flite's voices (`rms`, `slt`, `kal16`, `awb`) and returns a RIFF WAVE file: 16 kHz, 16 bits, mono. */
export function speak(module: WasmModule, text: string, voice: string): Uint8Array {
  const host = runFlite(module, ['-voice', voice, '-o', 'line.wav', '-t', text]);
  const wave = host.file('line.wav');
  if (wave === undefined || wave.length <= 44) throw new Error(`flite said nothing: ${host.complaints()}`);
  return wave;
}
