import { onTestFinished } from 'vitest';
import { ProductionStateManager, type PolicyInput } from '../../src/index.js';
import { startFakeElevenLabs, type FakeElevenLabs, type FakeSettings } from './fake-elevenlabs.js';
import { plantedKey } from './voiced-parts.js';

export { castBy, linesOf, plantedKey, speakingCrew, speechPrice } from './voiced-parts.js';

const quickRetry = {
  rate_limited: { attempts: 4, baseMs: 1, maxMs: 3 },
  provider_unavailable: { attempts: 4, baseMs: 1, maxMs: 3 },
  invalid_output: { attempts: 2, baseMs: 1, maxMs: 3 },
};

export async function fakeElevenLabs(settings: Omit<FakeSettings, 'apiKey'> = {}): Promise<FakeElevenLabs> {
  const fake = await startFakeElevenLabs({ apiKey: plantedKey, ...settings });
  onTestFinished(() => fake.close());
  return fake;
}

export async function openVoiced(
  directory: string,
  policy: PolicyInput = {},
): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory, policy: { retry: quickRetry, ...policy } });
  onTestFinished(() => manager.close());
  return manager;
}

/** What the provider has charged, in micro-dollars. */
export function invoiceOf({ spoken }: FakeElevenLabs): number {
  return spoken.reduce((sum, { credits }) => sum + credits * 220, 0);
}
