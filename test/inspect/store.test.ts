import { expect, test } from 'vitest';
import type { InspectionMessage } from '../../src/inspect/messages.js';
import { InspectionStore } from '../../src/inspect/index.js';

const actor = (sessionId: string, size: number): InspectionMessage =>
  ({
    type: '@xstate.actor',
    sessionId,
    name: sessionId,
    createdAt: '0',
    snapshot: { text: 'x'.repeat(size) },
  }) as unknown as InspectionMessage;

test('given a client that tells of many large actors and snapshots, then no more text is kept than there is room for, and the latest is there', () => {
  const store = new InspectionStore(2_000, 100_000);
  for (let n = 0; n < 200; n += 1) {
    store.take(actor(`a${n}`, 5_000));
    for (let times = 0; times < 20; times += 1)
      store.take({
        type: '@xstate.snapshot',
        sessionId: `a${n}`,
        createdAt: '0',
        snapshot: { text: 'y'.repeat(1_000) },
      } as unknown as InspectionMessage);
    expect(store.characters).toBeLessThanOrEqual(100_000);
  }
  expect(store.backlog().join('').length).toBeLessThanOrEqual(100_000);
  expect(store.actor('a199')).toBeDefined();
  expect(store.actor('a0')).toBeUndefined();
});
