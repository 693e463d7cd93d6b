import { describe, expect, expectTypeOf, test } from 'vitest';
import type { EpisodeEvent, EventOf, Usd } from '../../machines/index.js';
import {
  ProductionError,
  defineCrew,
  type Crew,
  type ManagerEvents,
  type ProductionStateManager,
} from '../../src/index.js';

// What is asserted here is checked by the compiler (npm run typecheck); running it only shows that it loads.
describe('the types that embedders see', () => {
  test('given a crew, then what one phase returns is what later phases read', () => {
    const crew = defineCrew({
      research: () => Promise.resolve({ facts: ['bees dance'], depth: 9 }),
      script({ earlier, phase }) {
        expectTypeOf(phase).toEqualTypeOf<'research' | 'script' | 'audio'>();
        expectTypeOf(earlier.research?.data).toEqualTypeOf<{ facts: string[]; depth: number } | undefined>();
        expectTypeOf(earlier.script?.data).toBeUnknown();
        return Promise.resolve(`Host: ${earlier.research?.data.facts[0]}`);
      },
      audio({ earlier }) {
        expectTypeOf(earlier.script?.data).toEqualTypeOf<string | undefined>();
        // @ts-expect-error research has no such field
        void earlier.research?.data.fact;
        return Promise.resolve(null);
      },
    });
    expectTypeOf(crew).toEqualTypeOf<Crew>();
  });

  test('given a worker is missing or returns no promise, then it does not compile', () => {
    const work = (): Promise<null> => Promise.resolve(null);
    type Given = Parameters<typeof defineCrew>[0];
    // @ts-expect-error a crew has a worker for each phase
    const without: Given = { research: work, script: work };
    // @ts-expect-error a worker gives a promise
    const sync: Given = { research: work, script: work, audio: () => null };
    expect([without, sync]).toHaveLength(2);
  });

  test('given an operation, then its result has the type of what the call returned', () => {
    const { name } = defineCrew({
      async research({ operation }) {
        const answer = await operation('query', { key: 'q', maxCost: '0.50' }, () =>
          Promise.resolve({ result: { title: 'Bees' }, cost: '0.10' }),
        );
        expectTypeOf(answer).toEqualTypeOf<{ title: string }>();
        // @ts-expect-error an operation needs a key
        void operation('query', { maxCost: '0.50' }, () => Promise.resolve({ result: 1 }));
        return answer;
      },
      script: () => Promise.resolve(null),
      audio: () => Promise.resolve(null),
    });
    expect(name).toBe('crew');
  });

  test('given a listener, then its notice has the fields of what it listens to', () => {
    expectTypeOf<Parameters<ManagerEvents['budget:warning']>[0]>().toHaveProperty('budget');
    expectTypeOf<Parameters<ManagerEvents['cost']>[0]['spent']>().toEqualTypeOf<Usd>();
    expectTypeOf<Parameters<ManagerEvents['transition']>[0]>().not.toHaveProperty('spent');
    const listen = (manager: ProductionStateManager): void => {
      manager.on('failed', ({ failure }) => void failure.code);
      // @ts-expect-error nothing of that name is told
      manager.on('finished', () => {});
      // @ts-expect-error a transition has no cost
      manager.on('transition', ({ spent }) => void spent);
    };
    void listen;
  });

  test("given an event, then one with another event's fields does not compile", () => {
    expectTypeOf<EventOf<'phase.skip'>>().toHaveProperty('reason');
    // @ts-expect-error a skip needs a reason
    const skip: EventOf<'phase.skip'> = { type: 'phase.skip', at: '', phase: 'script' };
    // @ts-expect-error there is no such event
    const unknown: EpisodeEvent = { type: 'phase.done', at: '' };
    // @ts-expect-error an amount is not a plain number
    const amount: Usd = 5;
    // @ts-expect-error there is no such code
    const error = () => new ProductionError('no_such_code', 'it failed.');
    void [skip, unknown, amount, error];
  });
});
