import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { estimate, parseSettings, studioCrew } from '../../src/crew/studio/index.js';
import { startFakeElevenLabs } from '../support/fake-elevenlabs.js';
import { startModelServer } from '../support/model-server.js';
import { billed, play } from '../support/playing-model.js';
import { temporaryDirectory } from '../support/temporary.js';

const sources = fileURLToPath(new URL('../../docs', import.meta.url));
const keys = {
  OPENAI_API_KEY: 'sk-planted-openai-7c1e',
  ANTHROPIC_API_KEY: 'sk-ant-planted-9d2b',
  ELEVENLABS_API_KEY: 'sk_planted_elevenlabs_3f0a',
};

interface Validation {
  measured: { duration_seconds: number };
  checks: { name: string; passed: boolean }[];
}

test('given sources, models that play their part and a voice on loopback, then an episode of twelve minutes is complete, its MP3 validated, its captions those of the voice, and its cost what the providers billed, as it was estimated', async () => {
  let invoice = 0;
  const server = await startModelServer((request) => {
    const { micros, ...reply } = billed(request, play(request).answer);
    invoice += micros;
    return reply;
  });
  const voice = await startFakeElevenLabs({ apiKey: keys.ELEVENLABS_API_KEY });
  onTestFinished(() => voice.close());
  const directory = temporaryDirectory();
  const manager = await ProductionStateManager.open({
    directory,
    policy: { budgets: { research: '5', script: '20', audio: '10', total: '30' } },
  });
  onTestFinished(() => manager.close());
  const sessionId = await manager.createEpisodeSession({
    episodeNum: 1,
    topic: 'How software is kept alive',
  });
  const studio = {
    script: 'anthropic:claude-sonnet-4-5',
    judge: 'openai:gpt-5.2',
    voice: 'elevenlabs:robin-voice,sam-voice',
    prices: { version: '2026-11-01', prices: { 'elevenlabs:*': { input_mchars: 220 } } },
    providers: {
      openai: { base_url: server.url },
      anthropic: { base_url: server.url },
      elevenlabs: { base_url: voice.url },
    },
  };
  const estimated = await estimate(parseSettings(studio), 12, new Date().toISOString());
  const produced = await manager.produce(sessionId, studioCrew({ env: keys }), {
    crewOptions: { sources, minutes: 12, studio },
  });
  expect(produced).toMatchObject({ outcome: 'complete', reason: null });
  const spoken = voice.spoken.reduce((sum, { credits }) => sum + credits * 220, 0);
  expect(produced.state.total_cost).toBe((invoice + spoken) / 1e6);
  // Both halves were paid, and each is what was said before.
  for (const [billedFor, { low, high }] of [
    [invoice, estimated.script],
    [spoken, estimated.audio],
    [invoice + spoken, estimated.total],
  ] as const) {
    expect(billedFor).toBeGreaterThan(0);
    expect(billedFor).toBeGreaterThanOrEqual(low);
    expect(billedFor).toBeLessThanOrEqual(high);
  }
  expect(await manager.verify()).toMatchObject({ ok: true });

  await manager.production.show();
  const read = (name: string): string => readFileSync(join(directory, sessionId, name), 'utf8');
  const { measured, checks } = JSON.parse(read('audio/validation_results.json')) as Validation;
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(measured.duration_seconds).toBeGreaterThan(9 * 60);
  expect(measured.duration_seconds).toBeLessThan(15 * 60);

  const script = JSON.parse(read('script/script.json')) as { lines: { text: string }[] };
  const report = JSON.parse(read('audio/checkpoint.json')) as { data: { timed_lines: number } };
  expect(report.data.timed_lines).toBe(script.lines.length);
  const captions = read('audio/transcript.vtt');
  const shown = [...captions.matchAll(/^<v \w+>(.+)$/gm)].map(([, text]) => text);
  expect(shown.length).toBeGreaterThan(script.lines.length);
  const times = [...captions.matchAll(/(\d\d):(\d\d):(\d\d\.\d{3})/g)].map(
    ([, hours, minutes, seconds]) => Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
  );
  expect(times).toEqual(times.toSorted((a, b) => a - b));

  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const entry of files) {
    const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
    for (const key of Object.values(keys)) expect(text.includes(key), entry.name).toBe(false);
  }
});
