import { afterAll, describe, expect, test } from 'vitest';
import { BoundedThread } from '../../src/disk/index.js';

/** A thread that does what it is told to, as strangers' input may make one do. */
const script = `
const { parentPort } = require('node:worker_threads');
const kept = [];
parentPort.on('message', (what) => {
  if (what === 'answer') parentPort.postMessage({ answer: 'here' });
  if (what === 'never end') for (;;);
  if (what === 'never end, with signs of progress') for (;;) { parentPort.postMessage({ progress: true }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }
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

const ask = (
  what: string,
  limits = { totalMs: long, silentMs: long },
  signal = new AbortController().signal,
) => thread.ask(what, limits, signal);
const answers = async (): Promise<void> => expect(await ask('answer')).toEqual({ answer: 'here' });

describe('a thread for what strangers wrote', () => {
  test.each([
    ['never end', { totalMs: 300, silentMs: long }, 'took_too_long', /no answer in \d+ ms/],
    ['never end', { totalMs: long, silentMs: 300 }, 'took_too_long', /no answer in \d+ ms/],
    ['never end, with signs of progress', { totalMs: 500, silentMs: long }, 'took_too_long', /no answer/],
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
      expect(await ask(what, limits)).toEqual({ none, why: expect.stringMatching(why) as string });
      await answers();
    },
  );

  test('given signs of progress, then silence is counted from the last of them', async () => {
    const asked = await ask('never end, with signs of progress', { totalMs: 4000, silentMs: 3000 });
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
