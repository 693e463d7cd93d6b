import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pacer } from '../../src/crew/studio/voice/pacer.js';
import { bundleProcess } from '../support/bundle.js';
import type { SpeechMood } from '../support/fake-elevenlabs.js';
import { temporaryDirectory } from '../support/temporary.js';
import { castBy, fakeElevenLabs, invoiceOf, linesOf, openVoiced, speakingCrew } from '../support/voiced.js';

const words = Array.from(
  { length: 8 },
  (_, n) => `This is what is said in turn ${String(n)} of the evening.`,
);

/** All but one that hides its cost are exact. */
const bad: SpeechMood[] = [
  'busy',
  'too-many',
  'dropped',
  'cut',
  'truncated',
  'lost',
  'silent',
  'no-times',
  'hangs',
];

/** Whole numbers below `most`, always the same for a seed (mulberry32). */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

let bundled: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  bundled = await bundleProcess('test/support/speaking.ts', 'voice-scripts');
});
afterAll(() => bundled.remove());

test.each(Array.from({ length: 3 }, (_, seed) => seed + 1))(
  'given random script %i of a misbehaving voice, and processes that are killed at random places, then what was billed is what was paid or is held, and no line is spoken again without leave',
  async (seed) => {
    const roll = dice(seed);
    let child: ReturnType<typeof spawn> | undefined;
    let killAt = Infinity;
    let lives = 0;
    let late = 0;
    const now = () => Date.now() + late;
    const fake = await fakeElevenLabs({
      mostAtOnce: 2,
      now,
      mood(request) {
        if (request >= killAt && child) {
          child.kill('SIGKILL');
          killAt = Infinity;
          return roll(2) === 0 ? 'lost' : 'hangs';
        }
        const how = roll(3) === 0 ? (bad[roll(bad.length)] ?? 'well') : 'well';
        // Whoever waits for an answer that never comes has to be killed.
        if (how !== 'hangs') return how;
        if (!child) return 'dropped';
        setTimeout(() => child?.kill('SIGKILL'), 20);
        return how;
      },
    });
    const directory = temporaryDirectory();
    const manager = await openVoiced(directory, { maxRecoveries: 100 });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lamps' });
    for (; lives < 2; lives += 1) {
      killAt = fake.requests.length + roll(words.length);
      child = spawn(process.execPath, [bundled.file, directory, fake.url, sessionId, JSON.stringify(words)], {
        stdio: 'ignore',
      });
      await once(child, 'exit');
      child = undefined;
    }
    const crew = speakingCrew(() => linesOf(...words), castBy(fake.url, { now, pacer: new Pacer(2) }), now);
    let outcome = '';
    for (let turn = 0; turn < 40 && outcome !== 'complete'; turn += 1) {
      await manager.resume({ sessionId }).catch(() => undefined);
      await manager.recoverFailedSession(sessionId, {}).catch(() => undefined);
      const produced = await manager.produce(sessionId, crew);
      ({ outcome } = produced);
      const { money, operations } = (await manager.getSnapshot(sessionId)).context;
      const held = Object.values(operations).reduce((sum, { amount }) => sum + amount, 0);
      // At every rest: nothing is paid that was not billed, and what is billed and not paid is held.
      expect(money.spent).toBeLessThanOrEqual(invoiceOf(fake));
      expect(invoiceOf(fake) - money.spent).toBeLessThanOrEqual(held);
      // What was lost on its way is called again only after no call can be on its way.
      if (turn >= 2) late += 16 * 60_000;
    }
    const { money, operations } = (await manager.getSnapshot(sessionId)).context;
    expect([outcome, Object.keys(operations), money.spent]).toEqual(['complete', [], invoiceOf(fake)]);
    const sounding = fake.spoken.filter(({ samples }) => samples.some((sample) => sample !== 0));
    expect(sounding.map(({ text }) => text).toSorted()).toEqual(words.toSorted());
    expect(await manager.verify()).toMatchObject({ ok: true });
  },
);
