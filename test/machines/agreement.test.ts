import { isDeepStrictEqual } from 'node:util';
import { assign, createActor } from 'xstate';
import { expect, test } from 'vitest';
import {
  Ledger,
  PersistedEpisode,
  decide,
  episodeMachine,
  initialSnapshot,
  parseEvent,
  persist,
  phaseNames,
  possibleEvents,
  stateName,
  valueAt,
  type EpisodeEvent,
  type EpisodeEventType,
  type EpisodeSnapshot,
  type PolicyInput,
} from '../../machines/index.js';
import { created } from './story.js';
import { allEvents, allStates, minute, phaseAt, phasesDone, sample, saved, usd } from './words.js';

/** Mulberry32: the same numbers for the same seed, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_250_903);
const oneOf = <Value>(list: readonly Value[]): Value => list[Math.floor(random() * list.length)] as Value;
const policies: PolicyInput[] = [
  {},
  { approvals: ['research', 'script', 'audio'] },
  { hardPhaseBudgets: true, maxRecoveries: 100 },
  { quality: { script: { depth: 0.5 } }, maxRecoveries: 100 },
  { budgets: { total: 100 }, maxRecoveries: 100 },
];
const amounts = ['0', '0.000001', '0.1', '0.5', '1.6', '2', '3', '7', '7.000001'].map((amount) =>
  usd(amount),
);
// Ends and failures come seldom, or no episode would get far.
const rare = new Set<EpisodeEventType>([
  'episode.cancelled',
  'episode.archive',
  'episode.unarchive',
  'phase.failed',
  'checkpoint.restore',
  'lease.claim',
]);

function randomEvent(snapshot: EpisodeSnapshot, ledger: Ledger, now: string): EpisodeEvent {
  const likely = random() < 0.7 ? possibleEvents(snapshot) : allEvents;
  const type = oneOf(likely.filter((each) => !rare.has(each) || random() < 0.1)) ?? 'cost.recorded';
  const { context } = snapshot;
  const event: Record<string, unknown> = {
    ...sample[type](random() < 0.9 ? phaseAt(snapshot) : oneOf(phaseNames)),
    at: now,
  };
  if (random() < 0.2)
    event['claim'] = random() < 0.8 && context.claim ? context.claim.number : Math.ceil(random() * 4);
  else delete event['claim'];
  if ('key' in event)
    event['key'] = oneOf([
      'a',
      'b',
      'c',
      `k${Math.floor(random() * 1000)}`,
      ...Object.keys(context.operations),
    ]);
  if (type === 'cost.recorded' && random() < 0.3) event['key'] = oneOf(['a', 'b', 'c']);
  if (type === 'cost.corrected') event['was'] = valueAt(context.paid, String(event['key'])) ?? usd('0.1');
  if ('cost' in event) event['cost'] = oneOf(amounts.slice(0, random() < 0.9 ? 4 : amounts.length));
  if ('amount' in event) event['amount'] = oneOf(amounts);
  if ('day' in event) event['day'] = ledger.money('2025-09-03', usd(random() < 0.95 ? 1000 : 5));
  if ('until' in event) event['until'] = minute(Math.floor(random() * 400));
  if (type === 'budget.raise' || type === 'budget.set')
    event['scope'] = oneOf(['research', 'script', 'audio', 'total', 'day']);
  if (type === 'rules.changed')
    event['rules'] = { ...context.rules, warnAtPercent: oneOf([50, 80]), maxRecoveries: oneOf([0, 3, 100]) };
  if (type === 'checkpoint.save') event['checkpoint'] = saved(oneOf(['kept', 'other']));
  if (type === 'checkpoint.restore')
    Object.assign(event, { phases: phasesDone(Math.floor(random() * 4)), resume: oneOf(phaseNames) });
  return event as EpisodeEvent;
}

/** The chart with XState's own assignments instead of the quick ones: what those are measured against. */
function withOwnAssignments(): typeof episodeMachine {
  const entries = Object.entries(episodeMachine.implementations.actions ?? {}).map(([name, action]) => {
    const { assignment } = action as unknown as { assignment: Parameters<typeof assign>[0] };
    return [name, assign(assignment)];
  });
  expect(entries.length).toBeGreaterThan(20);
  return episodeMachine.provide({ actions: Object.fromEntries(entries) as never });
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test(
  'given 50,000 random events, when the pure machine and a live actor with the assignments of XState take them, then they agree on everything',
  { timeout: 60_000 },
  () => {
    const visited = new Map<string, number>();
    let accepted = 0;
    const machine = withOwnAssignments();
    for (let count = 0; count < 50_000;) {
      const input = {
        ...created(oneOf(policies)),
        ...(random() < 0.3 ? { forkedFrom: 'ep_001_20250902_093015', inherited: usd(1) } : {}),
      };
      const actor = createActor(machine, { input }).start();
      let snapshot = initialSnapshot(input);
      const ledger = new Ledger();
      for (let step = 0; step < 200; step += 1, count += 1) {
        const event = randomEvent(snapshot, ledger, minute(step));
        if (!isDeepStrictEqual(parseEvent(event), event))
          throw new Error(`parsing changes ${JSON.stringify(event)}`);
        const decision = decide(snapshot, event);
        const before = actor.getSnapshot();
        actor.send(event);
        const after = actor.getSnapshot();
        if (decision.accepted !== (after !== before))
          throw new Error(
            `${event.type} in ${stateName(snapshot)}: pure ${String(decision.accepted)}, live ${String(after !== before)}`,
          );
        if (decision.accepted) {
          accepted += 1;
          ledger.book(snapshot.context, event);
          snapshot = decision.snapshot;
        }
        visited.set(stateName(snapshot), (visited.get(stateName(snapshot)) ?? 0) + 1);
        if (
          !isDeepStrictEqual(after.context, snapshot.context) ||
          !isDeepStrictEqual(after.value, snapshot.value)
        )
          throw new Error(`${event.type}: the pure and the live snapshot differ in ${stateName(snapshot)}`);
        if (step % 20 !== 19) continue;
        const persisted = plain(persist(snapshot));
        expect(persisted).toEqual(plain(actor.getPersistedSnapshot()));
        expect(JSON.stringify(snapshot.context), 'the keys are in the same order too').toBe(
          JSON.stringify(after.context),
        );
        expect(PersistedEpisode.parse(persisted)).toEqual(persisted);
      }
      actor.stop();
    }
    expect(accepted).toBeGreaterThan(15_000);
    expect([...visited.keys()].toSorted(), 'the events are random enough to reach every state').toEqual(
      [...allStates].toSorted(),
    );
  },
);
