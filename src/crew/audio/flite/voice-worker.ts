import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { garbageCollector } from '../collect-garbage.js';
import { speak } from './flite.js';
import { WebAssembly } from './web-assembly.js';

/** What the worker is asked and answers; one request at a time. */
export interface VoiceRequest {
  text: string;
  voice: string;
}
export type VoiceReply = { wave: Uint8Array } | { error: string };

const { wasm } = workerData as { wasm: string };
const module = new WebAssembly.Module(readFileSync(wasm));
const collectGarbage = garbageCollector();

parentPort?.on('message', ({ text, voice }: VoiceRequest) => {
  try {
    const wave = speak(module, text, voice);
    const reply: VoiceReply = { wave };
    parentPort?.postMessage(reply, [wave.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: VoiceReply = { error: error instanceof Error ? error.message : String(error) };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(reply);
  }
  // After two lines it takes as long, and 20 MB more stand.
  collectGarbage();
});
