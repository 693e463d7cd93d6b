import { describe, expect, test } from 'vitest';
import {
  announce,
  decide,
  stateName,
  type Decision,
  type EpisodeContext,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PolicyInput,
  type Usd,
} from '../../machines/index.js';
import { StoryFailed, explorePaths } from '../../src/testing/index.js';
import { allStates } from './words.js';

const policy: PolicyInput = {
  budgets: { research: '0.50', script: '0.50', audio: '0.50', total: '1.00' },
  dailyCap: '1.20',
  approvals: ['script'],
};

/** The chart with something wrong: what it decides, and what is altered in what it accepts. */
type Weakened = (snapshot: EpisodeSnapshot, event: EpisodeEvent) => Decision;

function altered(alter: (context: EpisodeContext, event: EpisodeEvent) => EpisodeContext): Weakened {
  return (snapshot, event) => {
    const decision = decide(snapshot, event);
    if (!decision.accepted) return decision;
    return {
      ...decision,
      snapshot: Object.assign(
        Object.create(Object.getPrototypeOf(decision.snapshot) as object),
        decision.snapshot,
        { context: alter(decision.snapshot.context, event) },
      ) as EpisodeSnapshot,
    };
  };
}

const plenty = 1_000_000_000 as Usd;
const noDay: Weakened = (snapshot, event) =>
  decide(snapshot, event.type === 'cost.reserve' ? { ...event, day: { ...event.day, cap: plenty } } : event);
const deaf: typeof announce = (before, event, after) =>
  announce(before, event, after).filter(({ type }) => type !== 'budget:warning');
const silent: Weakened = (snapshot, event) => {
  const decision = decide(snapshot, event);
  return decision.accepted ? decision : { accepted: false, refusal: { ...decision.refusal, message: 'no' } };
};
const unending: Weakened = (snapshot, event) =>
  decide(snapshot, event.type === 'cost.recorded' ? { ...event, day: { ...event.day, cap: plenty } } : event);

const weakened: [what: string, decides: Weakened, alarm: string, announces?: typeof announce][] = [
  [
    "a reservation that does not look at the day's cap",
    noDay,
    'a reservation stays within the total and the day',
  ],
  ["a cost that passes the day's cap and fails nothing", unending, 'spending above a cap fails the episode'],
  [
    'a cost that is forgotten',
    altered((context, event) =>
      event.type === 'cost.recorded' ? { ...context, money: { ...context.money, spent: 0 as Usd } } : context,
    ),
    'no cost is lost',
  ],
  [
    'a recovery that rewinds the money',
    altered((context, event) =>
      event.type === 'recovery.resume'
        ? { ...context, money: { ...context.money, spent: 0 as Usd } }
        : context,
    ),
    'no cost is lost',
  ],
  [
    'a release that keeps the reservation',
    altered((context, event) =>
      event.type === 'operation.released'
        ? { ...context, money: { ...context.money, reserved: 1 as Usd } }
        : context,
    ),
    'phases sum to the reserved total',
  ],
  [
    'a phase that completes without a checkpoint',
    altered((context, event) =>
      event.type === 'phase.complete'
        ? {
            ...context,
            phases: {
              ...context.phases,
              [event.phase]: { ...context.phases[event.phase], checkpoint: null },
            },
          }
        : context,
    ),
    'a completed phase has a checkpoint',
  ],
  ['a warning that nobody hears', decide, 'a warning is given once', deaf],
  ['a refusal that says nothing', silent, 'no refusal without a code and a sentence'],
];

describe('exploring every story', () => {
  test('given amounts around every threshold, when everything is tried in every order, then nothing is lost and no cap is passed', () => {
    const explored = explorePaths({ policy, steps: 100_000 });
    expect(explored.steps).toBeGreaterThanOrEqual(100_000);
    expect(explored.episodes).toBeGreaterThan(2_000);
    expect(explored.refusals).toEqual([
      'budget_exhausted',
      'budget_reserved',
      'daily_cap_reached',
      'invalid_input',
      'not_recoverable',
      'operation_exists',
      'operation_settled',
      'operation_unknown',
      'operations_open',
      'wrong_state',
    ]);
  });

  test('given free steps, when the paths are told, then they lead to every state, each with its own last event', () => {
    const { states, paths, created } = explorePaths({
      policy: { budgets: { total: '0.000002' }, approvals: ['research', 'script', 'audio'], dailyCap: 0 },
      depth: 12,
      steps: 400_000,
    });
    expect(states).toEqual([...allStates].toSorted());
    expect(created.budgets.total).toBe(2);
    expect(paths.length).toBeGreaterThan(100);
    expect(Math.max(...paths.map(({ length }) => length))).toBeLessThanOrEqual(12);
  });

  test.each(weakened)(
    'given %s, when it is explored, then the alarm rings with the shortest story',
    (_what, decides, alarm, announces = announce) => {
      const explored = () => explorePaths({ policy, decide: decides, announce: announces, steps: 200_000 });
      expect(explored).toThrow(StoryFailed);
      expect(explored).toThrow(`broken: ${alarm}`);
    },
  );

  test('given an invariant of an embedder, when a story breaks it, then it is named with its story', () => {
    const isNeverCancelled = {
      'our episodes are never cancelled': ({ after }: { after: EpisodeSnapshot }) =>
        after.context.failure?.code !== 'cancelled',
    };
    expect(() => explorePaths({ invariants: isNeverCancelled })).toThrow(
      /our episodes are never cancelled\. The story:\n1\. \{"type":"episode\.cancelled".*\nled to failed/,
    );
    const { states } = explorePaths({
      steps: 1000,
      invariants: { 'a state has a name': ({ after }) => stateName(after) !== '' },
    });
    expect(states.length).toBeGreaterThan(3);
  });
});
