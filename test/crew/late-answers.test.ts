import { describe, expect, test } from 'vitest';
import type { Operation } from '../../machines/index.js';
import { defineCrew, type OperationOutcome, type Reconcile } from '../../src/index.js';
import { fixedClock } from '../../src/testing/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const refused = Object.assign(new Error('down'), { status: 503 });
const rule: { reconcile: Reconcile<string> } = { reconcile: async () => 'retry' };

/** What becomes of a worker's call while he is stopped. */
interface Late {
  reconcile?: Reconcile<string>;
  /** What a person says of it before the next worker comes. */
  person?: 'released' | 'settled';
  /** When the late answer comes: before the next worker does anything, amid his call, or when that is settled. */
  when?: 'before' | 'amid' | 'after';
  /** What the stopped worker's call gives at last. */
  answer: () => OperationOutcome<string>;
}

/** A worker is stopped amid his call, another takes the episode over and makes the call again; the late answer comes while the new call is under way. */
async function afterLate({ reconcile, person, when = 'amid', answer }: Late) {
  const directory = temporaryDirectory();
  const policy = { retry: {} };
  const first = await openProduction(directory, { policy, clock: fixedClock('2025-09-03T10:00:00.000Z') });
  const sessionId = await first.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const second = await openProduction(directory, { policy, clock: fixedClock('2025-09-03T11:00:00.000Z') });
  let calls = 0;
  const crewOf = (body: () => Promise<OperationOutcome<string>>) =>
    defineCrew({
      research: ({ operation }) =>
        operation('ask', { key: 'k', maxCost: '0.50', ...(reconcile && { reconcile }) }, () => {
          calls += 1;
          return body();
        }),
      script: async () => null,
      audio: async () => null,
    });
  let end = (): void => {};
  const isOver = new Promise<void>((resolve) => (end = resolve));
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const late = first
    .produce(
      sessionId,
      crewOf(async () => {
        begun();
        await isOver;
        return answer();
      }),
    )
    .catch((error: unknown) => error);
  await isBegun;
  let amid: Readonly<Record<string, Operation>> = {};
  const lateIsOver = async () => {
    end();
    await late;
    amid = (await second.getSnapshot(sessionId)).context.operations;
  };
  const crew = crewOf(async () => {
    if (when === 'amid') await lateIsOver();
    return { result: 'second', cost: '0.20' };
  });
  if (person) {
    await second.production.commit((view) => [
      {
        sessionId,
        event: { type: 'lease.claim', at: view.at, holder: 'b', until: '2025-09-03T11:00:00.000Z' },
      },
    ]);
    if (person === 'released') await second.releaseCost({ sessionId, key: 'k' });
    else await second.settleCost({ sessionId, key: 'k', cost: '0.30' });
  }
  if (when === 'before') await lateIsOver();
  const { outcome } = await second.produce(sessionId, crew);
  if (when === 'after') await lateIsOver();
  const { context } = await second.getSnapshot(sessionId);
  await expectSound(second);
  const { data } = await second.loadCheckpoint(sessionId, 'research_complete');
  return { outcome, calls, spent: context.money.spent, open: Object.keys(context.operations), amid, data };
}

describe('an answer that comes late, when another worker has made the call again', () => {
  test('given that it refuses, then the reservation of the call under way stays, and what that costs is booked', async () => {
    const ended = await afterLate({
      ...rule,
      answer: () => {
        throw refused;
      },
    });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 2, spent: 200_000, open: [] });
    expect(ended.amid).toMatchObject({ k: { state: 'open', amount: 500_000, claim: 2 } });
  });

  test('given that nobody knows what became of it, then the call under way is not held for it', async () => {
    const ended = await afterLate({
      ...rule,
      answer: () => {
        throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
      },
    });
    expect(ended).toMatchObject({ outcome: 'complete', spent: 200_000 });
    expect(ended.amid).toMatchObject({ k: { state: 'open' } });
  });

  test('given that it was billed, then both calls are booked, and the reservation of the one under way stays', async () => {
    const ended = await afterLate({ ...rule, answer: () => ({ result: 'first', cost: '0.30' }) });
    expect(ended).toMatchObject({ outcome: 'complete', spent: 500_000, open: [], data: 'second' });
    expect(ended.amid).toMatchObject({ k: { state: 'open', amount: 500_000 } });
  });

  test('given a failure that was billed, then that is booked beside the call under way', async () => {
    const ended = await afterLate({
      ...rule,
      answer: () => {
        throw Object.assign(new Error('of no use'), { cost: '0.30' });
      },
    });
    expect(ended).toMatchObject({ outcome: 'complete', spent: 500_000, open: [] });
  });

  test('given a call that its rule calls idempotent, then it is one call with one cost, and whoever comes second gives its answer', async () => {
    const ended = await afterLate({ reconcile: 'retry', answer: () => ({ result: 'first', cost: '0.20' }) });
    expect(ended).toMatchObject({ outcome: 'complete', spent: 200_000, open: [] });
  });

  test('given that a person had released it and it was reserved anew, then both calls are booked', async () => {
    const ended = await afterLate({
      person: 'released',
      answer: () => ({ result: 'first', cost: '0.30' }),
    });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 2, spent: 500_000, open: [], data: 'second' });
  });
});

describe('an answer that comes late, when the call is settled', () => {
  test('given that another worker has made it again, then both calls are booked', async () => {
    const answer = () => ({ result: 'first', cost: '0.30' });
    const ended = await afterLate({ ...rule, when: 'after', answer });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 2, spent: 500_000, data: 'second' });
  });

  test('given that a person has settled it, then it is one call, and its result is used', async () => {
    const answer = () => ({ result: 'first', cost: '0.30' });
    const ended = await afterLate({ person: 'settled', when: 'before', answer });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 1, spent: 300_000, open: [], data: 'first' });
  });

  test('given that its provider does it once, then nothing is booked beside it', async () => {
    const answer = () => ({ result: 'first', cost: '0.20' });
    const ended = await afterLate({ reconcile: 'retry', when: 'after', answer });
    expect(ended).toMatchObject({ outcome: 'complete', spent: 200_000, data: 'second' });
  });
});

describe('an answer that comes late, when a person has released the call', () => {
  test('given that it was billed, then it is booked, and its result is used', async () => {
    const answer = () => ({ result: 'first', cost: '0.30' });
    const ended = await afterLate({ person: 'released', when: 'before', answer });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 1, spent: 300_000, open: [], data: 'first' });
  });

  test('given that it refuses, then nothing is booked, and the call is made again', async () => {
    const answer = () => {
      throw refused;
    };
    const ended = await afterLate({ person: 'released', when: 'before', answer });
    expect(ended).toMatchObject({ outcome: 'complete', calls: 2, spent: 200_000, open: [] });
  });
});
