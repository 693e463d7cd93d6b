import { ProductionError } from '../../../../machines/index.js';

/** Who speaks, as a user says it: a provider, and a voice for each host, or one for all. */
export interface Voices {
  provider: 'elevenlabs' | 'openai' | 'flite';
  names: readonly string[];
}

const pattern = /^(elevenlabs|openai|flite):([\w.-]{1,100}(?:,[\w.-]{1,100})?)$/u;

/**
 * Reads `flite`, `elevenlabs:<voice>` or `openai:<voice of Robin>,<voice of Sam>`.
 * @throws ProductionError `invalid_input`.
 */
export function parseVoices(text: string): Voices {
  if (text === 'flite') return { provider: 'flite', names: ['rms', 'slt'] };
  const [, provider, names] = pattern.exec(text) ?? [];
  if (provider !== undefined && names !== undefined)
    return { provider: provider as Voices['provider'], names: names.split(',') };
  throw new ProductionError(
    'invalid_input',
    `studio.voice: ${JSON.stringify(text.slice(0, 100))} is no voice; write flite, elevenlabs:<voice id>, or openai:alloy,verse for a voice each.`,
    { field: 'studio.voice' },
  );
}
