import { afterAll, describe, expect, test } from 'vitest';
import { BoundedThread, thisThread } from '../../src/disk/index.js';
import { ThreadTime } from '../../src/disk/thread-time.js';

/** A thread that does what it is told to, as strangers' input may make one do. */
const script = `
const { parentPort } = require('node:worker_threads');
const kept = [];
const { readlinkSync, existsSync } = require('node:fs');
const mark = () => existsSync('/proc/thread-self') ? { task: '/proc/' + readlinkSync('/proc/thread-self'), busyMs: 0 } : undefined;
parentPort.on('message', (what) => {
  if (what === 'answer') parentPort.postMessage({ answer: 'here' });
  if (what === 'never end') for (;;);
  if (what === 'never end, with signs of progress') for (;;) { parentPort.postMessage({ progress: 0 }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }
  if (what === 'tell shares of a second, and answer') { for (let n = 1; n <= 20; n += 1) { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); parentPort.postMessage({ progress: n / 20 }); } parentPort.postMessage({ answer: 'here' }); }
  if (what === 'sleep') { parentPort.postMessage({ begun: mark() }); return; }
  if (what === 'fill the heap') for (;;) kept.push(new Array(10_000).fill({ kept }));
  if (what === 'fill buffers') { for (let n = 0; n < 400; n += 1) kept.push(Buffer.alloc(1024 * 1024, 1)); for (;;); }
  if (what === 'nest without end') { const nest = (n) => nest(n + 1) + 1; try { nest(0); } catch (error) { parentPort.postMessage({ error: error.constructor.name }); } }
  if (what === 'throw') throw new Error('thrown');
  if (what === 'throw later') setTimeout(() => { throw new Error('thrown later'); }, 1);
  if (what === 'exit') process.exit(3);
  if (what === 'say nothing of it') parentPort.postMessage({ error: 'in words of its own' });
});`;

const long = 600_000;
const thread = new BoundedThread<string, string>(
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('/');${script}`)}`,
  ),
  undefined,
  { heapMegabytes: 64, mostGrowth: 200 * 1024 * 1024 },
);
afterAll(() => thread.close());

const none = { hadMs: long, silentMs: long, totalMs: long };
const ask = (
  what: string,
  limits: { hadMs: number; silentMs: number; onPaceMs?: number; totalMs: number } = none,
  signal = new AbortController().signal,
) => thread.ask(what, limits, signal);
const answers = async (): Promise<void> => expect(await ask('answer')).toMatchObject({ answer: 'here' });

describe('a thread for what strangers wrote', () => {
  test.each([
    ['never end', { ...none, hadMs: 300 }, 'took_too_long', /no answer in \d+ ms/],
    ['never end', { ...none, silentMs: 300 }, 'took_too_long', /no answer in \d+ ms/],
    ['never end, with signs of progress', { ...none, totalMs: 500 }, 'took_too_long', /no answer/],
    ['fill the heap', undefined, 'too_much_memory', /memory/],
    ['fill buffers', undefined, 'too_much_memory', /grew too large/],
    ['nest without end', undefined, 'failed', /RangeError/],
    ['throw', undefined, 'failed', /thrown/],
    ['throw later', undefined, 'failed', /thrown later/],
    ['exit', undefined, 'failed', /the thread ended/],
    ['say nothing of it', undefined, 'failed', /in words of its own/],
  ] as const)(
    'given input that makes it %s within %o, then it is ended, why is told, and the next question is answered',
    async (what, limits, none, why) => {
      await answers();
      expect(await ask(what, limits)).toMatchObject({ none, why: expect.stringMatching(why) as string });
      await answers();
    },
  );

  test('given a share that is done, then it may go on for as long as the whole takes no longer than it may, and one that gets on worse may not', async () => {
    const paced = (onPaceMs: number) =>
      ask('tell shares of a second, and answer', { ...none, hadMs: 300, onPaceMs });
    expect(await paced(60_000)).toMatchObject({ answer: 'here' });
    expect(await paced(400)).toMatchObject({ none: 'took_too_long' });
    await answers();
  });

  test('given a thread that waits for a processor, then that is not its time, and being asleep is', async () => {
    // What a thread would say of itself that has been at work for an hour before.
    const { task } = thisThread() ?? {};
    const time = new ThreadTime();
    if (task !== undefined) time.follow({ task, busyMs: thisThread()?.busyMs ?? 0 });
    for (const until = performance.now() + 300; performance.now() < until;);
    time.look();
    const { user, system } = process.cpuUsage();
    expect(time.hadMs).toBeLessThanOrEqual((user + system) / 1000 + 20);
    const asked = await ask('sleep', { ...none, hadMs: 400 });
    expect(asked).toMatchObject({ none: 'took_too_long' });
    expect(asked.hadMs).toBeGreaterThan(400);
  });

  test('given signs of progress, then silence is counted from the last of them', async () => {
    const asked = await ask('never end, with signs of progress', { ...none, hadMs: 4000, silentMs: 3000 });
    expect(asked).toMatchObject({ none: 'took_too_long' });
    expect(Number(/\d+/.exec('why' in asked ? asked.why : '')?.[0])).toBeGreaterThan(4000);
    await answers();
  });

  test('given a signal that aborts while it never ends, then who asked is free at once, and the next question is answered', async () => {
    const stop = new AbortController();
    const asked = ask('never end', undefined, stop.signal);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await expect(Promise.resolve().then(() => ask('answer', undefined, stop.signal))).rejects.toThrow(
      'enough',
    );
    await answers();
  });
});
