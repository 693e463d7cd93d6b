import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import {
  PersistedEpisode,
  announce,
  decide,
  episodeMachine,
  parsePersisted,
  persist,
  phaseNames,
  rehydrate,
  stateName,
  type EpisodeEvent,
  type EpisodeSnapshot,
} from '../../machines/index.js';
import { created } from './story.js';
import {
  allEvents,
  allStates,
  cost,
  dayOfMoney,
  minute,
  reserve,
  sample,
  saved,
  settle,
  usd,
} from './words.js';

const input = { ...created({ approvals: [...phaseNames] }), forkedFrom: 'ep_001_20250902_093015' };

/** Every type of event for every phase, and money that stays below and passes the caps. */
const events = distinct([
  ...allEvents.flatMap((type) => phaseNames.map((phase) => sample[type](phase))),
  ...phaseNames.flatMap((phase) => [
    reserve(phase, '0.50', 'known'),
    cost(phase, '7.01'),
    cost(phase, '0.01', { spent: usd(50) }),
  ]),
  { type: 'checkpoint.save', at: minute(9), phase: 'research', checkpoint: saved('kept') },
  { type: 'budget.raise', at: minute(9), scope: 'total', amount: usd(100), by: 'ann', reason: 'worth it' },
  {
    type: 'budget.raise',
    at: minute(9),
    scope: 'day',
    amount: usd(100),
    by: 'ann',
    reason: 'worth it',
    day: dayOfMoney(),
  },
  settle('known', '0.60'),
  settle('new', '0.10'),
]);

function distinct(all: EpisodeEvent[]): EpisodeEvent[] {
  return [...new Map(all.map((event) => [JSON.stringify(event), event])).values()];
}

/** What tells two episodes apart here: not amounts and counts, which have no end. */
function serializeState(snapshot: EpisodeSnapshot): string {
  const { failure, operations, claim, money, budgets } = snapshot.context;
  const open = Object.values(operations)
    .map(({ state, phase }) => `${state}:${phase}`)
    .join();
  return [
    stateName(snapshot),
    failure?.code,
    failure?.retryable,
    open,
    claim?.number === 1,
    money.spent >= budgets.total,
  ].join(' ');
}

const serializeEvent = (event: EpisodeEvent): string => `${events.indexOf(event)}`;
const options = { input, events, serializeState, serializeEvent };

const paths = getShortestPaths(episodeMachine, options);
const reached = paths.map(({ state }) => state);
const throughJson = (snapshot: EpisodeSnapshot): unknown => JSON.parse(JSON.stringify(persist(snapshot)));

function outcome(snapshot: EpisodeSnapshot, event: EpisodeEvent): unknown {
  const decision = decide(snapshot, event);
  return decision.accepted
    ? [throughJson(decision.snapshot), announce(snapshot, event, decision.snapshot)]
    : decision.refusal;
}

describe('every state that can be reached', () => {
  test('given a new episode, when everything is tried, then each leaf state is reached', () => {
    expect([...new Set(reached.map(stateName))].toSorted()).toEqual([...allStates].toSorted());
    expect(reached.length).toBeGreaterThan(500);
  });

  test('given a reached state, when it crosses JSON, then it parses, rehydrates equal and behaves equally', () => {
    for (const snapshot of reached) {
      const json = throughJson(snapshot);
      expect(PersistedEpisode.parse(json)).toEqual(json);
      const again = rehydrate(parsePersisted(json));
      expect(throughJson(again)).toEqual(json);
      expect(again.value).toEqual(snapshot.value);
      for (const event of events) {
        if (!isDeepStrictEqual(outcome(again, event), outcome(snapshot, event)))
          throw new Error(`${event.type} goes otherwise in ${stateName(snapshot)} after JSON`);
      }
    }
  });

  test('given a reached state, then an end can be reached from it; from a cancelled one it is the archive', () => {
    const map = getAdjacencyMap(episodeMachine, options);
    const before = new Map<string, string[]>();
    for (const [from, { transitions }] of Object.entries(map)) {
      for (const { state } of Object.values(transitions as Record<string, { state: EpisodeSnapshot }>)) {
        const to = serializeState(state);
        before.set(to, [...(before.get(to) ?? []), from]);
      }
    }
    const leadingTo = (ends: string[]): Set<string> => {
      const found = new Set(Object.keys(map).filter((key) => ends.some((end) => key.startsWith(`${end} `))));
      for (const key of found) for (const from of before.get(key) ?? []) found.add(from);
      return found;
    };
    const [toComplete, toArchive] = [leadingTo(['complete']), leadingTo(['archived'])];
    const keys = Object.keys(map);
    expect(
      keys.filter((key) => !toArchive.has(key)),
      'cannot be archived',
    ).toEqual([]);
    const cancelled = keys.filter((key) => key.startsWith('failed cancelled false'));
    expect(cancelled.length).toBeGreaterThan(0);
    expect(
      cancelled.filter((key) => toComplete.has(key)),
      'is cancelled and can be completed',
    ).toEqual([]);
    expect(
      keys.filter((key) => !/^(?:failed|archived)/.test(key) && !toComplete.has(key)),
      'cannot be completed',
    ).toEqual([]);
  });

  test('given a reached state, then phases, value, failure and operations tell the same story', () => {
    expect(reached.flatMap(contradictions)).toEqual([]);
  });
});

/** What the context says that the state does not. */
function contradictions(snapshot: EpisodeSnapshot): string[] {
  const { phases, failure, operations } = snapshot.context;
  const name = stateName(snapshot);
  const [outer = '', inner] = name.split('.');
  const statuses = phaseNames.map((phase) => phases[phase].status);
  const allDone = statuses.every((status) => status === 'complete' || status === 'skipped');
  const status = inner === undefined ? undefined : phases[outer as 'audio'].status;
  const isOpen = Object.values(operations).some(({ state }) => state === 'open');
  const truths: [string, boolean][] = [
    ['one phase is active at most', statuses.filter((each) => each === 'active').length <= 1],
    [
      'the phase under way is active',
      status === undefined || status === (inner === 'pending' ? 'pending' : 'active'),
    ],
    ['a complete episode has only finished phases', name !== 'complete' || allDone],
    [
      'whoever failed has a failure',
      (failure !== null) === (['failed', 'recovery'].includes(name) || (name === 'archived' && !allDone)),
    ],
    [
      'operations are open only while someone works or waits',
      !isOpen || inner === 'active' || inner === 'paused',
    ],
  ];
  return truths.flatMap(([what, holds]) => (holds ? [] : [`${name}: ${what}`]));
}
