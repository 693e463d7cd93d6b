import { readWave } from '../../audio/wave.js';
import { startVoice, type Voice } from '../../audio/flite/voice.js';
import { pronounced } from '../../offline/audio/pronounced.js';
import type { SpeechModel } from './speech-model.js';

/** The offline voice (`rms`, `slt`, `kal16`, `awb`): free, and on this machine. */
export function fliteSpeech({ worker }: { worker?: URL | undefined } = {}): SpeechModel {
  let started: Promise<Voice> | undefined;
  let before: Promise<unknown> = Promise.resolve();
  return {
    ref: { provider: 'flite', model: 'flite' },
    isStitching: false,
    mostCharacters: async () => 2000,
    most: () => ({}),
    async speak({ text, voice }, { signal }) {
      const thread = await (started ??= startVoice(worker));
      // The thread says one line at a time.
      const said = before.then(() => thread.speak({ text: pronounced(text), voice }, signal));
      before = said.catch(() => {
        // A thread that was interrupted has ended.
        started = undefined;
      });
      const wave = readWave(await said);
      if (!wave) throw new Error(`flite's sound for "${text.slice(0, 40)}" is not a WAVE file`);
      return { rate: wave.rate, samples: wave.samples, usage: {} };
    },
    async close() {
      await (await started)?.close();
      started = undefined;
    },
  };
}
