import { describe, expect, test } from 'vitest';
import {
  decide,
  episodeMachine,
  stateName,
  type EpisodeEvent,
  type EpisodeEventType,
  type EpisodeSnapshot,
  type EventOf,
} from '../../machines/index.js';
import { cells } from './table.js';
import { allEvents, allStates, dayOfMoney, eventFor, plausible, usd, type StateName } from './words.js';

const rows = [...new Set(cells().map(({ row }) => row))];

/** The row's event: a type, or a cost that passes a cap. */
function eventOfRow(row: string, snapshot: EpisodeSnapshot): EpisodeEvent {
  const [type, cap] = row.split(' > ') as [EpisodeEventType, string?];
  const event = eventFor(snapshot, type) as EventOf<'cost.recorded' | 'operation.settled'>;
  if (cap === 'total') return { ...event, cost: usd('7.000001') };
  return cap === 'day'
    ? { ...event, cost: usd('0.26'), day: dayOfMoney({ spent: usd('49.75'), reserved: usd('0.25') }) }
    : event;
}

function cellOf(snapshot: EpisodeSnapshot, event: EpisodeEvent): { leadsTo: string | null; code?: string } {
  const decision = decide(snapshot, event);
  return decision.accepted
    ? { leadsTo: stateName(decision.snapshot) }
    : { leadsTo: null, code: decision.refusal.code };
}

describe('the table of states and events', () => {
  test('given the machine, then the table has a column for each of its states and a row for each type of event', () => {
    const leaves = Object.values(episodeMachine.states).flatMap((state) => {
      const inner = Object.keys(state.states);
      return inner.length === 0 ? [state.key] : inner.map((name) => `${state.key}.${name}`);
    });
    expect([...new Set(cells().map(({ state }) => state))].toSorted()).toEqual(leaves.toSorted());
    expect([...allStates].toSorted()).toEqual(leaves.toSorted());
    expect(rows.filter((row) => !row.includes(' > '))).toEqual(allEvents);
  });

  test.each(rows)('given each state, when %s comes, then it is taken or refused as the table says', (row) => {
    const decided = cells().filter((cell) => cell.row === row);
    const found = decided.map(({ state }) => {
      const snapshot = plausible(state as StateName, row.split(' > ')[0] as EpisodeEventType);
      return { row, state, ...cellOf(snapshot, eventOfRow(row, snapshot)) };
    });
    expect(found).toEqual(
      decided.map((cell) => (cell.leadsTo === null ? { ...cell, code: 'wrong_state' } : cell)),
    );
  });

  const landing = new Set<EpisodeEventType>([
    'cost.recorded',
    'cost.corrected',
    'operation.settled',
    'operation.released',
    'operation.held',
  ]);
  // A claim is asked for without one, and a fork is made before anyone has claimed it.
  const unclaimed = new Set<EpisodeEventType>(['lease.claim', 'episode.forked']);

  test.each(cells().filter(({ row, leadsTo }) => leadsTo !== null && !row.includes(' > ')))(
    'given $state, when $row comes under a claim that was lost, then only money facts land',
    ({ row, state, leadsTo }) => {
      const type = row as EpisodeEventType;
      const snapshot = plausible(state as StateName, type);
      const found = cellOf(snapshot, { ...eventFor(snapshot, type), claim: 99 });
      expect(found).toEqual(
        landing.has(type) || unclaimed.has(type) ? { leadsTo } : { leadsTo: null, code: 'claim_lost' },
      );
    },
  );
});
