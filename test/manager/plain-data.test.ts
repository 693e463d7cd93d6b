import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { memoryProduction } from '../../src/testing/index.js';

class Note {
  readonly text = 'a note';
}

const sparse = ['a', 'b'];
sparse.length = 3;

/** Each with the words by which it is refused. */
const unlike: [string, unknown, string][] = [
  ['NaN', { v: Number.NaN }, 'data.v is NaN'],
  ['Infinity', [Number.NEGATIVE_INFINITY], 'data[0] is -Infinity'],
  ['a Map', { v: new Map([[1, 2]]) }, 'data.v is a Map'],
  ['a Set', { deep: [{ v: new Set() }] }, 'data.deep[0].v is a Set'],
  ['an Error', { v: new Error('x') }, 'data.v is an Error'],
  ['a subclass of Error', new TypeError('x'), 'data is a TypeError'],
  ['a Date', { v: new Date(0) }, 'data.v is a Date'],
  ['a function', { v: () => 1 }, 'data.v is a function'],
  ['a symbol', { v: Symbol('x') }, 'data.v is a symbol'],
  ['undefined in a list', { v: [1, undefined] }, 'data.v[1] is undefined'],
  ['a hole in a list', sparse, 'data[2] is undefined'],
  ['a typed array', { v: new Uint8Array([1]) }, 'data.v is an Uint8Array'],
  ['a Buffer', { v: Buffer.from('x') }, 'data.v is a Buffer'],
  ['a URL', { v: new URL('https://example.org') }, 'data.v is an URL'],
  ['an object of a class', { v: new Note() }, 'data.v is a Note'],
  ['what writes itself out', { v: { toJSON: () => 1 } }, 'data.v.toJSON is a function'],
];

async function given() {
  const { manager } = await memoryProduction();
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Data' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return { manager, sessionId };
}

// Cases from the field: 23.
describe('data that JSON would change', () => {
  test.each(unlike)(
    'given %s, then every call that keeps data refuses it by name, and nothing changes',
    async (_what, data, words) => {
      const { manager, sessionId } = await given();
      await manager.reserveCost({ sessionId, phase: 'research', operation: 'op', key: 'k', maxCost: '0.10' });
      const before = manager.production.position;
      const refused = {
        code: 'invalid_input',
        field: 'data',
        message: expect.stringContaining(words) as string,
      };
      await expect(manager.saveCheckpoint({ sessionId, phase: 'research', data })).rejects.toMatchObject(
        refused,
      );
      await expect(
        manager.createCheckpoint({ sessionId, checkpointName: 'mine', data }),
      ).rejects.toMatchObject(refused);
      await expect(
        manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data }),
      ).rejects.toMatchObject(refused);
      await expect(
        manager.settleCost({ sessionId, key: 'k', cost: '0.05', result: data }),
      ).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'result',
        message: expect.stringContaining(words.replace('data', 'result')) as string,
      });
      expect(manager.production.position).toBe(before);
      await manager.close();
    },
  );

  test('given what JSON keeps, then it is kept and read back equal', async () => {
    const { manager, sessionId } = await given();
    const data = {
      text: 'é \ud800 "quoted"',
      numbers: [0, -1.5, 1e300],
      nothing: null,
      is: [true, false],
      nested: { empty: {}, list: [[]] },
      absent: undefined,
      bare: Object.assign(Object.create(null) as object, { a: 1 }),
      elsewhere: runInNewContext('({ a: [1] })') as unknown,
    };
    const saved = await manager.saveCheckpoint({ sessionId, phase: 'research', data });
    expect(saved.data).toEqual(JSON.parse(JSON.stringify(data)));
    expect((await manager.loadCheckpoint(sessionId, 'research_checkpoint')).data).toEqual(saved.data);
    await manager.close();
  });

  test.each([
    ['active', { data: { a: 1 } }, 'data'],
    ['active', { reason: 'because' }, 'reason'],
    ['active', { error: 'no' }, 'error'],
    ['complete', { reason: 'because' }, 'reason'],
    ['complete', { error: 'no' }, 'error'],
    ['skipped', { reason: 'because', data: 1 }, 'data'],
    ['failed', { error: 'no', data: 1 }, 'data'],
  ] as const)(
    'given a phase is to become %s with %o, which would be dropped, then it is refused',
    async (status, extra, field) => {
      const { manager, sessionId } = await given();
      const before = manager.production.position;
      await expect(
        manager.updatePhase({ sessionId, phase: 'research', status, ...extra }),
      ).rejects.toMatchObject({
        code: 'invalid_input',
        field,
        message: expect.stringContaining('is not kept') as string,
      });
      expect(manager.production.position).toBe(before);
      await manager.close();
    },
  );
});
